// A shared screen gives a picture only when something on it changes, at worst one a second, and a
// recorder holds sound back until the next picture. So pictures are repeated when none comes: that
// costs next to nothing, and everything keeps flowing. If the browser has no streams of frames
// (Firefox, which repeats pictures by itself), the track is left as it is.

import { startTicker } from './ticker.js';

/** A picture is repeated after this time. */
const REPEAT_MS = 100;

const isPossible = 'MediaStreamTrackProcessor' in globalThis
  && 'MediaStreamTrackGenerator' in globalThis;

export class SteadyTrack {
  /** @type {MediaStreamTrack} the steady one */
  track;
  /** @type {ReadableStreamDefaultReader | null} */
  #reader = null;
  /** @type {WritableStreamDefaultWriter | null} */
  #writer = null;
  /** @type {VideoFrame | null} */
  #last = null;
  #sentAtMs = 0;
  #ticker = { stop() {} };

  /** @param {MediaStreamTrack} source it stays its owner's, also for stopping it */
  constructor(source) {
    this.track = source;
    if (!isPossible) return;
    this.track = new MediaStreamTrackGenerator({ kind: 'video' });
    this.#writer = this.track.writable.getWriter();
    this.#reader = new MediaStreamTrackProcessor({ track: source }).readable.getReader();
    this.#ticker = startTicker(REPEAT_MS, () => this.#repeat());
    this.#pass();
  }

  stop() {
    this.#ticker.stop();
    this.#reader?.cancel().catch(() => {});
    this.#writer?.close().catch(() => {});
    if (this.#writer) this.track.stop();
    this.#last?.close();
    this.#last = null;
    this.#writer = null;
  }

  /** Until the source ends. */
  async #pass() {
    for (;;) {
      const { value: frame, done } = await this.#reader.read();
      if (done) return;
      if (this.#writer === null) return frame.close();
      this.#last?.close();
      this.#last = frame;
      this.#send();
    }
  }

  #repeat() {
    if (this.#last && performance.now() - this.#sentAtMs >= REPEAT_MS) this.#send();
  }

  #send() {
    this.#sentAtMs = performance.now();
    if (this.#writer.desiredSize <= 0) return;
    const frame = new VideoFrame(this.#last, { timestamp: this.#sentAtMs * 1000 });
    this.#writer.write(frame).catch(() => frame.close());
  }
}
