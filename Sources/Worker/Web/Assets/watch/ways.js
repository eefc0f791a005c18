// The ways in which a browser may play a broadcast, from the best to the least. When one fails, the
// next is tried: a broadcast of which something can be seen or heard is not given up.
//
// Pure. Types are as in RFC 6381.

import { codecsOf } from './codecs.js';

/**
 * @typedef {object} WayPart    a source buffer
 * @property {'video' | 'audio' | null} kind   the track that goes into it; null: all that comes
 * @property {string} mimeType
 */

/**
 * @typedef {object} Way
 * @property {'whole' | 'apart' | 'plain' | 'picture' | 'sound'} kind
 *   `whole` and `apart` are MediaSource with one buffer and with one for each track, `plain` is the
 *   address in the element, the others leave something out
 * @property {WayPart[]} parts              empty: the element reads by itself
 * @property {'video' | 'audio' | null} lacks   what is left out
 */

/**
 * @param {string} mimeType
 * @param {object} browser
 * @param {(mimeType: string) => boolean} browser.streams   whether MediaSource takes a type
 * @param {(mimeType: string) => boolean} browser.plays     whether the element may play it
 * @returns {Way[]}
 */
export function waysToPlay(mimeType, { streams, plays }) {
  const [video, audio] = ['video', 'audio'].map((kind) => partOf(mimeType, kind, streams));
  const isWhole = streams(mimeType);
  return [
    isWhole && { kind: 'whole', parts: [{ kind: null, mimeType }], lacks: null },
    video && audio && { kind: 'apart', parts: [video, audio], lacks: null },
    !isWhole && plays(mimeType) && { kind: 'plain', parts: [], lacks: null },
    video && has(mimeType, 'audio') && { kind: 'picture', parts: [video], lacks: 'audio' },
    audio && has(mimeType, 'video') && { kind: 'sound', parts: [audio], lacks: 'video' },
  ].filter(Boolean);
}

function has(mimeType, kind) { return codecsOf(mimeType).some((codec) => codec.kind === kind); }

/** The first track of a kind in a buffer of its own; null when the browser does not take it. */
function partOf(mimeType, kind, streams) {
  const codec = codecsOf(mimeType).find((each) => each.kind === kind);
  if (!codec) return null;
  const ownType = `${kind}/webm; codecs="${codec.string}"`;
  return streams(ownType) ? { kind, mimeType: ownType } : null;
}
