// Who can watch a broadcast, by its codecs: what its broadcaster should know before and while it is on.
// iPhones and iPads watch by HLS, and that cannot carry everything.

import { word } from '../common/words.js';

/** By the names that the API has for codecs. */
const WORDS = {
  vp8: () => word('audience.vp8'),
  vp9: () => word('audience.vp9'),
  av1: () => word('audience.av1'),
  h264: () => word('audience.h264'),
  hevc: () => word('audience.hevc'),
};
const APPLE = new Set(['h264', 'hevc']);

/**
 * Before it begins.
 * @param {string} codecID   of the picture
 * @param {boolean} hasSound   it is Opus
 */
export function wordsForCodec(codecID, hasSound) {
  const words = WORDS[codecID]?.() ?? '';
  if (!hasSound || !APPLE.has(codecID)) return words;
  return `${words} ${word('audience.older-no-opus')}`;
}

/**
 * While it is on.
 * @param {object} stream   as the API describes it
 */
export function wordsForStream({ tracks, hlsFault }) {
  if (hlsFault) return word('audience.no-apple', { fault: firstSentence(hlsFault) });
  const video = tracks.find(({ kind }) => kind === 'video');
  return wordsForCodec(video?.codec ?? '', tracks.some(({ codec }) => codec === 'opus'));
}

/** What is in the way; the rest is about what a list can carry, which is more than iPhones play. */
function firstSentence(text) { return text.split(/(?<=\.) /)[0]; }
