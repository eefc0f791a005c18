// What to fetch of a list, and where to begin in it.
//
// Pure.

/** @typedef {import('./hls-list.js').MediaList} MediaList */

/**
 * @typedef {object} Place   of the piece that comes next
 * @property {number} ordinal   of its segment
 * @property {number} part      0: the segment's first one, or all of it
 */

/**
 * @typedef {object} Piece
 * @property {string} uri
 * @property {number} durationS
 * @property {boolean} [isAgain]   some of it was fetched before, in parts
 */

/**
 * Something that playing can begin with, oldest first. A segment as a whole nearly always begins with
 * a key frame, but no list promises it; where it does not, the browser drops what is before its first.
 */
function* entriesOf(list) {
  for (const { ordinal, dateMs, durationS, isGap, parts, uri } of list.segments) {
    if (isGap) continue;
    const isWhole = parts.length === 0 && uri !== null;
    if (isWhole) yield { ordinal, part: 0, dateMs, durationS };
    let atMs = dateMs;
    for (const [part, { durationS: partS, isIndependent }] of parts.entries()) {
      if (isIndependent) yield { ordinal, part, dateMs: atMs, durationS: partS };
      atMs += partS * 1000;
    }
  }
}

/** When what the list has ends, by the server's clock; null when it has nothing. */
export function endMsOf(list) {
  const last = list.segments.findLast(({ isGap, durationS }) => !isGap && durationS > 0);
  return last ? last.dateMs + last.durationS * 1000 : null;
}

/**
 * Where to begin so that what is shown at `dateMs` can be: with the last key frame before it, or the
 * first there is. Null when there is none at all.
 * @param {MediaList} list
 * @param {number} dateMs   by the server's clock
 * @returns {(Place & {dateMs: number}) | null}
 */
export function placeAt(list, dateMs) {
  let found = null;
  for (const entry of entriesOf(list)) {
    if (found && entry.dateMs > dateMs) break;
    found = entry;
  }
  return found && { ordinal: found.ordinal, part: found.part, dateMs: found.dateMs };
}

/** The place behind all that the list has. @returns {Place} */
export function endOf(list) {
  const last = list.segments.at(-1);
  if (!last) return { ordinal: 0, part: 0 };
  return last.uri === null
    ? { ordinal: last.ordinal, part: last.parts.length } : { ordinal: last.ordinal + 1, part: 0 };
}

/**
 * What the list has from `place` on, in order. A segment that is complete is fetched as one, unless
 * a part of it is there already or under way.
 * @param {MediaList} list
 * @param {Place} place
 * @param {string | null} hinted   the part that is under way
 * @returns {Piece[]}
 */
export function piecesFrom(list, place, hinted = null) {
  return list.segments.filter(({ ordinal, isGap }) => ordinal >= place.ordinal && !isGap)
    .flatMap((segment) => {
      const from = segment.ordinal === place.ordinal ? place.part : 0;
      const isWhole = from === 0 && segment.uri !== null && segment.parts[0]?.uri !== hinted;
      // Parts that are listed no more, of a segment that was begun: all of it, again.
      const isLate = from > 0 && segment.uri !== null && segment.parts.length === 0;
      if (isLate) return [{ ...segment, isAgain: true }];
      return isWhole ? [segment] : segment.parts.slice(from).filter((part) => !part.isGap);
    })
    .map(({ uri, durationS, isAgain }) => ({ uri, durationS, ...(isAgain && { isAgain }) }));
}

/**
 * The question for what comes at `place`, which is held until that is there.
 * @param {Place} place
 * @param {boolean} isShort   what is older need not be listed again
 */
export function awaiting({ ordinal, part }, isShort) {
  return `_HLS_msn=${ordinal}&_HLS_part=${part}${isShort ? '&_HLS_skip=YES' : ''}`;
}
