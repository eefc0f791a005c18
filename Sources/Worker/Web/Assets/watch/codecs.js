// What a media type holds, in words that people know.
//
// Pure. Types are as in RFC 6381: `video/webm; codecs="vp9,opus"`.

/**
 * @typedef {object} Codec
 * @property {RegExp} pattern   of an entry of the codecs parameter
 * @property {'video' | 'audio'} kind
 * @property {string | null} name   null: its short name in capitals
 * @property {string} players   who plays it, as the subject of a sentence
 */

const EVERY = 'Chrome, Edge, Firefox and Safari play it';
const FEW = 'Hardly any browser plays it';

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
    players: EVERY,
  },
  {
    pattern: /^(hev|hvc|hevc|h265)/, kind: 'video', name: 'HEVC (H.265)',
    players: 'Safari plays it, and Chrome and Edge do on computers that can decode it',
  },
  { pattern: /^opus/, kind: 'audio', name: 'Opus', players: 'Chrome, Edge and Firefox play it' },
  {
    pattern: /^vorbis/, kind: 'audio', name: 'Vorbis',
    players: 'Chrome, Edge and Firefox play it',
  },
  { pattern: /^mp4a/, kind: 'audio', name: 'AAC', players: EVERY },
  { pattern: /^flac/, kind: 'audio', name: 'FLAC', players: EVERY },
  { pattern: /^mp3/, kind: 'audio', name: 'MP3', players: 'Chrome and Edge play it' },
  { pattern: /^(ac-?3|ec-?3|eac3)/, kind: 'audio', name: 'Dolby Digital', players: FEW },
  { pattern: /^(dts|alac|pcm|mp2)/, kind: 'audio', name: null, players: FEW },
];

/** The codecs parameter of a type, as a list. */
function entriesOf(mimeType) {
  const list = /codecs="?([^";]*)"?/i.exec(mimeType)?.[1] ?? '';
  return list.split(',').map((entry) => entry.trim()).filter(Boolean);
}

/**
 * What is known of each entry of the codecs parameter.
 * @returns {(Codec & {string: string})[]}   `string` is the entry as it stands there
 */
export function codecsOf(mimeType) {
  return entriesOf(mimeType).map((string) => {
    const found = CODECS.find(({ pattern }) => pattern.test(string.toLowerCase()));
    return {
      kind: found?.kind ?? 'video', players: found?.players ?? 'Perhaps another browser plays it',
      name: found?.name ?? (found ? string.toUpperCase() : string), string,
    };
  });
}

export function hasPicture(mimeType) { return !mimeType.startsWith('audio/'); }

export function hasSound(mimeType) {
  const all = codecsOf(mimeType);
  return all.length === 0 || all.some((codec) => codec.kind === 'audio');
}

/** "VP9 video with Opus sound". */
export function describeType(mimeType) {
  const all = codecsOf(mimeType);
  const video = all.find((codec) => codec.kind === 'video');
  const audio = all.find((codec) => codec.kind === 'audio');
  if (video && audio) return `${video.name} video with ${audio.name} sound`;
  if (video) return `${video.name} video`;
  return audio ? `${audio.name} sound` : 'a format without a name';
}

/** A sentence about who plays it. `canPlay` tells whether this browser knows a codec string. */
export function describePlayers(mimeType, canPlay) {
  const all = codecsOf(mimeType);
  const unknown = all.find(({ string }) => !canPlay(string));
  // It is the container, then.
  if (!unknown && mimeType.includes('matroska')) return 'Chrome and Edge play it.';
  const codec = unknown ?? all[0];
  return `${codec?.players ?? 'Perhaps another browser plays it'}.`;
}

/** The name of the video or the audio codec, and who plays it. @param {'video' | 'audio'} kind */
export function describeCodec(mimeType, kind) {
  const codec = codecsOf(mimeType).find((each) => each.kind === kind);
  return codec ? `It is ${codec.name}. ${codec.players}.` : '';
}
