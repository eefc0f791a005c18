// Some tracks of a WebM stream as a stream of their own, for a browser that cannot play the others,
// or not together. Matroska becomes WebM, which is what MediaSource takes.
//
// Pure: parts as WebMReader gives them go in, bytes come out.

import { children, element, joined } from './ebml.js';
import { ID, blockIn, contentOf, tracksIn } from './webm-reader.js';

const WEBM = new TextEncoder().encode('webm');
/** A size that is not known: until something comes that cannot be in it. */
const UNKNOWN_SIZE = Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
const SEGMENT_HEAD = joined([Uint8Array.of(0x18, 0x53, 0x80, 0x67), UNKNOWN_SIZE]);
const CLUSTER_HEAD = joined([Uint8Array.of(0x1f, 0x43, 0xb6, 0x75), UNKNOWN_SIZE]);

export class TrackStream {
  #kind;
  /** The number of the track that is kept: the first of its kind. */
  #kept = null;
  /** Of a cluster of which nothing was written yet; null when its head has been written. */
  #timestamp = null;

  /** @param {'video' | 'audio'} kind   what is kept */
  constructor(kind) { this.#kind = kind; }

  /**
   * @param {import('./webm-reader.js').Part[]} parts
   * @returns {Uint8Array<ArrayBuffer>}   empty when nothing of it is kept
   */
  take(parts) { return joined(parts.flatMap((part) => this.#takeOne(part))); }

  #takeOne(part) {
    switch (part.id) {
      case ID.header: return headerOf(part);
      case ID.segment: return [SEGMENT_HEAD];
      case ID.info: return [part.bytes];
      case ID.tracks: return this.#tracksOf(part);
      case ID.timestamp:
        this.#timestamp = part.bytes;
        return [];
      default: return this.#blockOf(part);
    }
  }

  #tracksOf(part) {
    const kept = tracksIn(part).find(({ kind }) => kind === this.#kind);
    this.#kept = kept?.number ?? null;
    return element(ID.tracks, kept ? [kept.bytes] : []);
  }

  #blockOf(part) {
    const block = blockIn(part);
    if (!block || block.track !== this.#kept) return [];
    if (this.#timestamp === null) return [part.bytes];
    const begun = [CLUSTER_HEAD, this.#timestamp, part.bytes];
    this.#timestamp = null;
    return begun;
  }
}

/** The same header, of a WebM file. */
function headerOf(part) {
  const content = [...children(part.bytes, contentOf(part))].flatMap((member) => (
    member.id === ID.docType
      ? element(ID.docType, [WEBM]) : [part.bytes.subarray(member.at, member.endAt)]));
  return element(ID.header, content);
}
