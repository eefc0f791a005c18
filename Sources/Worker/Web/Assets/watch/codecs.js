// What a media type holds, in words that people know.
//
// Types are as in RFC 6381: `video/webm; codecs="vp9,opus"`.

import { word } from '../common/words.js';

/**
 * @typedef {object} Codec
 * @property {RegExp} pattern   of an entry of the codecs parameter
 * @property {'video' | 'audio'} kind
 * @property {string | null} name   null: its short name in capitals
 * @property {() => string} players   a sentence about who plays it
 */

const every = () => word('codec.players.every');
const few = () => word('codec.players.few');
const free = () => word('codec.players.free');
const chromium = () => word('codec.players.chromium');
const perhaps = () => word('codec.players.perhaps');

/** @type {Codec[]} */
const CODECS = [
  { pattern: /^vp0?8/, kind: 'video', name: 'VP8', players: free },
  { pattern: /^vp0?9/, kind: 'video', name: 'VP9', players: free },
  { pattern: /^av01/, kind: 'video', name: 'AV1', players: () => word('codec.players.av1') },
  { pattern: /^(avc|h264)/, kind: 'video', name: 'H.264', players: every },
  {
    pattern: /^(hev|hvc|hevc|h265)/, kind: 'video', name: 'HEVC (H.265)',
    players: () => word('codec.players.hevc'),
  },
  { pattern: /^opus/, kind: 'audio', name: 'Opus', players: free },
  { pattern: /^vorbis/, kind: 'audio', name: 'Vorbis', players: free },
  { pattern: /^mp4a/, kind: 'audio', name: 'AAC', players: every },
  { pattern: /^flac/, kind: 'audio', name: 'FLAC', players: every },
  { pattern: /^mp3/, kind: 'audio', name: 'MP3', players: chromium },
  { pattern: /^(ac-?3|ec-?3|eac3)/, kind: 'audio', name: 'Dolby Digital', players: few },
  { pattern: /^(dts|alac|pcm|mp2)/, kind: 'audio', name: null, players: few },
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
      kind: found?.kind ?? 'video', players: found?.players ?? perhaps,
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
  if (video && audio) {
    return word('codec.video-and-sound', { video: video.name, audio: audio.name });
  }
  if (video) return word('codec.video', { video: video.name });
  return audio ? word('codec.sound', { audio: audio.name }) : word('codec.nameless');
}

/** A sentence about who plays it. `canPlay` tells whether this browser knows a codec string. */
export function describePlayers(mimeType, canPlay) {
  const all = codecsOf(mimeType);
  const unknown = all.find(({ string }) => !canPlay(string));
  // It is the container, then.
  if (!unknown && mimeType.includes('matroska')) return chromium();
  const codec = unknown ?? all[0];
  return (codec?.players ?? perhaps)();
}

/** The name of the video or the audio codec, and who plays it. @param {'video' | 'audio'} kind */
export function describeCodec(mimeType, kind) {
  const codec = codecsOf(mimeType).find((each) => each.kind === kind);
  return codec ? word('codec.is', { codec: codec.name, players: codec.players() }) : '';
}
