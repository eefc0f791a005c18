// What a media type holds, in words that people know.
//
// Pure. Types are as in RFC 6381: `video/webm; codecs="vp9,opus"`.

/**
 * @typedef {object} Codec
 * @property {RegExp} pattern   of an entry of the codecs parameter
 * @property {'video' | 'audio'} kind
 * @property {string} name
 * @property {string} players   who plays it, as the subject of a sentence
 */

/** @type {Codec[]} */
const CODECS = [
  { pattern: /^vp0?8/, kind: 'video', name: 'VP8', players: 'Chrome, Edge and Firefox play it' },
  { pattern: /^vp0?9/, kind: 'video', name: 'VP9', players: 'Chrome, Edge and Firefox play it' },
  {
    pattern: /^av01/, kind: 'video', name: 'AV1',
    players: 'Chrome, Edge and Firefox play it, Safari on the newest devices',
  },
  {
    pattern: /^(avc|h264)/, kind: 'video', name: 'H.264',
    players: 'Chrome, Edge and Firefox on a computer play it',
  },
  {
    pattern: /^(hev|hvc|hevc|h265)/, kind: 'video', name: 'HEVC (H.265)',
    players: 'Chrome and Edge play it on computers that can decode it',
  },
  { pattern: /^opus/, kind: 'audio', name: 'Opus', players: 'Chrome, Edge and Firefox play it' },
  {
    pattern: /^vorbis/, kind: 'audio', name: 'Vorbis',
    players: 'Chrome, Edge and Firefox play it',
  },
  { pattern: /^mp4a/, kind: 'audio', name: 'AAC', players: 'Chrome and Edge play it' },
  { pattern: /^flac/, kind: 'audio', name: 'FLAC', players: 'Chrome and Edge play it' },
  { pattern: /^mp3/, kind: 'audio', name: 'MP3', players: 'Chrome and Edge play it' },
];

/** The codecs parameter of a type, as a list. */
export function codecStrings(mimeType) {
  const list = /codecs="?([^";]*)"?/i.exec(mimeType)?.[1] ?? '';
  return list.split(',').map((entry) => entry.trim().toLowerCase()).filter(Boolean);
}

function known(mimeType) {
  return codecStrings(mimeType).map((entry) => (
    CODECS.find((codec) => codec.pattern.test(entry))
      ?? { kind: 'video', name: entry, players: 'Perhaps another browser plays it' }
  ));
}

export function hasPicture(mimeType) { return !mimeType.startsWith('audio/'); }

export function hasSound(mimeType) {
  const all = known(mimeType);
  return all.length === 0 || all.some((codec) => codec.kind === 'audio');
}

/** "VP9 video with Opus sound". */
export function describeType(mimeType) {
  const all = known(mimeType);
  const video = all.find((codec) => codec.kind === 'video');
  const audio = all.find((codec) => codec.kind === 'audio');
  if (video && audio) return `${video.name} video with ${audio.name} sound`;
  if (video) return `${video.name} video`;
  return audio ? `${audio.name} sound` : 'a format without a name';
}

/** A sentence about who plays it. `canPlay` tells whether this browser knows a codec string. */
export function describePlayers(mimeType, canPlay) {
  const strings = codecStrings(mimeType);
  const all = known(mimeType);
  const index = strings.findIndex((entry) => !canPlay(entry));
  return `${(all[Math.max(0, index)] ?? { players: 'Perhaps another browser plays it' }).players}.`;
}
