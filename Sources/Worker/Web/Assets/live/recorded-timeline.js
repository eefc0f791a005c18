// How far a recording has come, by the times in its own bytes: WebM, fed piece by piece, cut
// anywhere. It also counts pictures. Pure. It reports what it does not understand, and then stays
// silent: only figures depend on it.

import { joined, read, unsigned } from '../watch/ebml.js';

const ID = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  blockGroup: 0xa0,
  block: 0xa1,
  simpleBlock: 0xa3,
};
/** What contains what we look for. */
const ENTERED = new Set(
  [ID.segment, ID.info, ID.tracks, ID.trackEntry, ID.cluster, ID.blockGroup]);
const NUMBERS = new Set([ID.timestampScale, ID.trackNumber, ID.trackType, ID.timestamp]);
const BLOCKS = new Set([ID.block, ID.simpleBlock]);
/** The longest head of an element: identifier and size. */
const HEAD_BYTES = 12;
/** Of a block: its track's number and its time. */
const BLOCK_HEAD_BYTES = 3;
const NUMBER_BYTES_MAX = 8;
const VIDEO = 1;

export class RecordedTimeline {
  /** Whether it is WebM, as far as it has been seen. */
  isUnderstood = true;
  /** The newest time of any block, and of a picture, in ms; null before the first. */
  newestMs = null;
  videoMs = null;
  /** Pictures so far. */
  frames = 0;
  #hasBegun = false;
  #rest = new Uint8Array(0);
  #skipBytes = 0;
  #msPerTick = 1;
  #clusterTicks = 0;
  #trackNumber = 0;
  #videoTracks = new Set();

  /** @param {Uint8Array<ArrayBuffer>} bytes what comes next */
  feed(bytes) {
    if (!this.isUnderstood) return;
    try {
      this.#read(this.#rest.length > 0 ? joined([this.#rest, bytes]) : bytes);
    } catch {
      this.isUnderstood = false;
    }
  }

  #read(bytes) {
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.#skipBytes, bytes.length - at);
      this.#skipBytes -= skipped;
      at += skipped;
      if (bytes.length - at < HEAD_BYTES) break;
      const element = read(bytes, at);
      if (!this.#hasBegun && element.id !== ID.ebml) throw new RangeError('no header');
      this.#hasBegun = true;
      if (bytes.length - element.contentAt < bytesNeeded(element)) break;
      this.#look(bytes, element);
      at = element.contentAt;
      if (!ENTERED.has(element.id)) this.#skipBytes = element.endAt - at;
    }
    this.#rest = bytes.slice(at);
  }

  #look(bytes, element) {
    if (BLOCKS.has(element.id)) return this.#lookAtBlock(bytes, element.contentAt);
    if (!NUMBERS.has(element.id)) return undefined;
    const value = unsigned(bytes, element);
    switch (element.id) {
      case ID.timestampScale: this.#msPerTick = value / 1_000_000; break;
      case ID.timestamp: this.#clusterTicks = value; break;
      case ID.trackNumber: this.#trackNumber = value; break;
      default: if (value === VIDEO) this.#videoTracks.add(this.#trackNumber);
    }
    return undefined;
  }

  #lookAtBlock(bytes, at) {
    const ticks = this.#clusterTicks + (((bytes[at + 1] << 24) >> 16) | bytes[at + 2]);
    const timeMs = ticks * this.#msPerTick;
    this.newestMs = Math.max(this.newestMs ?? timeMs, timeMs);
    if (!this.#videoTracks.has(bytes[at] & 0x7f)) return;
    this.videoMs = Math.max(this.videoMs ?? timeMs, timeMs);
    this.frames += 1;
  }
}

/** How much of an element must be there before it can be looked at. */
function bytesNeeded({ id, contentAt, endAt }) {
  if (BLOCKS.has(id)) return BLOCK_HEAD_BYTES;
  if (!NUMBERS.has(id)) return 0;
  if (endAt - contentAt > NUMBER_BYTES_MAX) throw new RangeError('too long for a number');
  return endAt - contentAt;
}
