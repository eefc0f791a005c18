// Who can watch a broadcast, by its codecs: what its broadcaster should know before and while it is on.
// iPhones and iPads watch by HLS, and that cannot carry everything. Pure.

/** By the names that the API has for codecs. */
const WORDS = {
  vp8: 'Computers and Android phones can watch. iPhones and iPads cannot: they do not play VP8.',
  vp9: 'Computers and Android phones can watch. Many iPhones and iPads cannot: they do not play VP9.',
  av1: 'Computers and Android phones that are not too old can watch, and the newest iPhones and iPads.',
  h264: 'Computers and phones can watch, iPhones and iPads too.',
  hevc: 'iPhones and iPads can watch, and computers that can decode HEVC.',
};
const FOR_OPUS = ' Older ones have no sound there (Opus).';
const APPLE = new Set(['h264', 'hevc']);

/**
 * Before it begins.
 * @param {string} codecID   of the picture
 * @param {boolean} hasSound   it is Opus
 */
export function wordsForCodec(codecID, hasSound) {
  const words = WORDS[codecID] ?? '';
  return words + (hasSound && APPLE.has(codecID) ? FOR_OPUS : '');
}

/**
 * While it is on.
 * @param {object} stream   as the API describes it
 */
export function wordsForStream({ tracks, hlsFault }) {
  if (hlsFault) return `iPhones and iPads cannot watch. ${firstSentence(hlsFault)}`;
  const video = tracks.find(({ kind }) => kind === 'video');
  return wordsForCodec(video?.codec ?? '', tracks.some(({ codec }) => codec === 'opus'));
}

/** What is in the way; the rest is about what a list can carry, which is more than iPhones play. */
function firstSentence(text) { return text.split(/(?<=\.) /)[0]; }
