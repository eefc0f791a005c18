// The ways in which a browser may play a broadcast, from the best to the least. When one fails, the
// next is tried: a broadcast of which something can be seen or heard is not given up.
//
// WebM comes first, because it is the nearest to what happens. Where MediaSource does not take it,
// there is the same broadcast in MP4, by the lists of HLS. A system that can send them on to a
// television (AirPlay) reads them by itself; elsewhere this page reads them, which is quicker.
//
// Pure. Types are as in RFC 6381.

import { codecsOf } from './codecs.js';
import { packagedCodec } from './packaging.js';

/**
 * @typedef {object} WayPart    a source buffer
 * @property {'video' | 'audio' | null} kind   the track that goes into it; null: all that comes
 * @property {string} mimeType
 */

/**
 * @typedef {object} Way
 * @property {'whole' | 'apart' | 'plain' | 'picture' | 'sound' | 'pieces' | 'lists'} kind
 *   `whole` and `apart` are MediaSource with one buffer and with one for each track, `plain` is the
 *   address in the element; `pieces` are those that lists name, in MediaSource, `lists` the address
 *   of the lists in the element; the others leave something out
 * @property {import('./via.js').Via} via
 * @property {WayPart[]} parts              empty: the element reads by itself
 * @property {'video' | 'audio' | null} lacks   what is left out
 */

/**
 * @typedef {object} Browser
 * @property {(mimeType: string) => boolean} streams   whether MediaSource takes a type
 * @property {(mimeType: string) => boolean} plays     whether the element may play it
 * @property {boolean} [readsLists]   whether the element reads lists of HLS by itself
 * @property {boolean} [sendsLists]   whether the system can send what it reads to another device
 */

/**
 * @param {string} mimeType
 * @param {Browser} browser
 * @param {import('./via.js').Via | null} [via]   what was asked for; null: whatever is best
 * @returns {Way[]}   empty when there is none
 */
export function waysToPlay(mimeType, browser, via = null) {
  const webm = webmWays(mimeType, browser);
  const pieces = pieceWays(mimeType, browser);
  const lists = listWays(mimeType, browser);
  const packaged = browser.sendsLists ? [...lists, ...pieces] : [...pieces, ...lists];
  const isLast = ({ kind, lacks }) => kind === 'plain' || lacks !== null;
  return [
    ...webm.filter((way) => !isLast(way)),
    ...packaged.filter((way) => !isLast(way)),
    ...webm.filter(isLast),
    ...packaged.filter(isLast),
  ].filter((way) => via === null || way.via === via);
}

/** @returns {Way[]} */
function webmWays(mimeType, { streams, plays }) {
  const [video, audio] = ['video', 'audio'].map((kind) => partOf(mimeType, kind, streams));
  const isWhole = streams(mimeType);
  return [
    isWhole && { kind: 'whole', parts: [{ kind: null, mimeType }], lacks: null },
    video && audio && { kind: 'apart', parts: [video, audio], lacks: null },
    !isWhole && plays(mimeType) && { kind: 'plain', parts: [], lacks: null },
    video && has(mimeType, 'audio') && { kind: 'picture', parts: [video], lacks: 'audio' },
    audio && has(mimeType, 'video') && { kind: 'sound', parts: [audio], lacks: 'video' },
  ].filter(Boolean).map((way) => ({ via: 'webm', ...way }));
}

/** @returns {Way[]} */
function pieceWays(mimeType, { streams }) {
  const all = packagedParts(mimeType).filter((part) => streams(part.mimeType));
  return choices(mimeType, all).map((way) => ({ kind: 'pieces', via: 'cmaf', ...way }));
}

/** @returns {Way[]} */
function listWays(mimeType, { plays, readsLists }) {
  if (!readsLists) return [];
  const all = packagedParts(mimeType).filter((part) => plays(part.mimeType));
  return choices(mimeType, all).map(({ lacks }) => ({ kind: 'lists', via: 'hls', parts: [], lacks }));
}

/** All of it, if all of it can be had; then what there is. */
function choices(mimeType, parts) {
  const kinds = ['video', 'audio'].filter((kind) => has(mimeType, kind));
  const isAll = parts.length > 0 && parts.length === kinds.length;
  const alone = kinds.length < 2 ? [] : parts.map((part) => ({
    parts: [part], lacks: kinds.find((kind) => kind !== part.kind),
  }));
  return isAll ? [{ parts, lacks: null }, ...alone] : alone;
}

/** @returns {WayPart[]} */
function packagedParts(mimeType) {
  return ['video', 'audio'].flatMap((kind) => {
    const found = codecsOf(mimeType).find((codec) => codec.kind === kind);
    const codec = found ? packagedCodec(found.string) : null;
    return codec === null ? [] : [{ kind, mimeType: `${kind}/mp4; codecs="${codec}"` }];
  });
}

function has(mimeType, kind) { return codecsOf(mimeType).some((codec) => codec.kind === kind); }

/** The first track of a kind in a buffer of its own; null when the browser does not take it. */
function partOf(mimeType, kind, streams) {
  const codec = codecsOf(mimeType).find((each) => each.kind === kind);
  if (!codec) return null;
  const ownType = `${kind}/webm; codecs="${codec.string}"`;
  return streams(ownType) ? { kind, mimeType: ownType } : null;
}
