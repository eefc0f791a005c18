// Takes a WebM or Matroska stream apart into its elements while it arrives, cut anywhere. Segment
// and clusters are only entered (of a live stream they may be of unknown size); everything else
// comes as a whole, as soon as all of it is there.
//
// Pure.

import { children, joined, read, unsigned } from './ebml.js';

export const ID = {
  header: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  defaultDuration: 0x23e383,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  blockGroup: 0xa0,
  block: 0xa1,
  simpleBlock: 0xa3,
};
const ENTERED = new Set([ID.segment, ID.cluster]);
/** More than any picture; a stream that claims more is broken. */
const MOST_ELEMENT_BYTES = 32 * 1024 * 1024;

/**
 * @typedef {object} Part
 * @property {number} id
 * @property {Uint8Array<ArrayBuffer>} bytes   of the element; of an entered one its head
 * @property {number} contentAt                in `bytes`
 */

export class WebMReader {
  /** What is not a whole element yet. */
  #pieces = [];
  #pendingBytes = 0;
  #neededBytes = 1;

  /**
   * What is complete now. Throws when this is no such stream.
   * @param {Uint8Array<ArrayBuffer>} piece
   * @returns {Part[]}
   */
  push(piece) {
    this.#pieces.push(piece);
    this.#pendingBytes += piece.length;
    if (this.#pendingBytes < this.#neededBytes) return [];
    const bytes = this.#pieces.length === 1 ? piece : joined(this.#pieces);
    const parts = [];
    let at = 0;
    let needed = 1;
    while (at < bytes.length) {
      const found = read(bytes, at);
      const endAt = found && (ENTERED.has(found.id) ? found.contentAt : found.endAt);
      if (found && endAt - at > MOST_ELEMENT_BYTES) throw new RangeError('too long an element');
      if (!found || endAt > bytes.length) {
        needed = found ? endAt - at : bytes.length - at + 1;
        break;
      }
      parts.push({
        id: found.id, bytes: bytes.subarray(at, endAt), contentAt: found.contentAt - at,
      });
      at = endAt;
    }
    const rest = bytes.subarray(at);
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#pendingBytes = rest.length;
    this.#neededBytes = needed;
    return parts;
  }
}

/** The extent of a part's content, for the functions of ebml.js. */
export function contentOf({ bytes, contentAt }) { return { contentAt, endAt: bytes.length }; }

/**
 * The tracks of a Tracks element.
 * @param {Part} part
 * @returns {{number: number, kind: 'video' | 'audio' | 'other', bytes: Uint8Array}[]}
 */
export function tracksIn(part) {
  return [...children(part.bytes, contentOf(part))]
    .filter(({ id }) => id === ID.trackEntry)
    .map((entry) => {
      const members = [...children(part.bytes, entry)];
      const value = (wanted) => {
        const found = members.find(({ id }) => id === wanted);
        return found ? unsigned(part.bytes, found) : 0;
      };
      const kind = { 1: 'video', 2: 'audio' }[value(ID.trackType)] ?? 'other';
      return {
        number: value(ID.trackNumber), kind, bytes: part.bytes.subarray(entry.at, entry.endAt),
      };
    });
}

/**
 * Track number and time of a block, relative to its cluster's; null for anything else. Track
 * numbers above 127 take more than a byte, and no stream has so many.
 * @param {Part} part
 * @returns {{track: number, offset: number} | null}
 */
export function blockIn(part) {
  let at = null;
  if (part.id === ID.simpleBlock) at = part.contentAt;
  if (part.id === ID.blockGroup) {
    const inner = [...children(part.bytes, contentOf(part))].find(({ id }) => id === ID.block);
    at = inner?.contentAt ?? null;
  }
  if (at === null || at + 3 > part.bytes.length) return null;
  const [number, high, low] = part.bytes.subarray(at, at + 3);
  return { track: number & 0x7f, offset: ((high << 24) >> 16) | low };
}
