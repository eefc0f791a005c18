// The bytes of a response on their way into the source buffers: watched as they pass, and taken
// apart where the way of playing needs it.
//
// Pure.

import { withBlockDurations } from './block-durations.js';
import { TrackStream } from './track-stream.js';
import { TrackWatch } from './track-watch.js';
import { WebMReader } from './webm-reader.js';

export class Intake {
  tracks = new TrackWatch();

  #reader = new WebMReader();
  /** Null when the stream is not understood: then it is the browser's business alone. */
  #parts = null;
  #streams = null;

  /** Takes notice of the next bytes; `pieces` then gives them. */
  note(bytes) {
    if (!this.#reader) return;
    try {
      this.#parts = this.#reader.push(bytes);
      this.tracks.note(this.#parts);
    } catch {
      this.#reader = null;
      this.#parts = null;
    }
  }

  /**
   * The bytes last noted, for each source buffer of the way; the first also say how long blocks
   * last. Throws when they cannot be taken apart.
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {import('./ways.js').Way} way
   * @returns {Uint8Array<ArrayBuffer>[]}
   */
  pieces(bytes, way) {
    const isFirst = this.#streams === null;
    this.#streams ??= way.parts.map(({ kind }) => (kind ? new TrackStream(kind) : null));
    const pieces = this.#streams.map((stream) => (stream ? this.#taken(stream) : bytes));
    return isFirst ? pieces.map(withBlockDurations) : pieces;
  }

  #taken(stream) {
    if (!this.#parts) throw new RangeError('not understood');
    return stream.take(this.#parts);
  }
}
