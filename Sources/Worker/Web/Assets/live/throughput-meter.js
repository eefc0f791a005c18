// How much the server has taken lately. Pure; times in ms of any one clock.

/** On a slow line, answers are seconds apart. */
const WINDOW_MS = 8_000;

export class ThroughputMeter {
  /** @type {{bytes: number, atMs: number}[]} oldest first */
  #samples = [];
  #firstAtMs = null;

  add(bytes, atMs) {
    this.#firstAtMs ??= atMs;
    this.#samples.push({ bytes, atMs });
    this.#forget(atMs);
  }

  /** Over the last seconds, or since the first sample when that is less. */
  bitsPerSecond(nowMs) {
    this.#forget(nowMs);
    if (this.#firstAtMs === null) return 0;
    const spanMs = Math.min(Math.max(nowMs - this.#firstAtMs, 500), WINDOW_MS);
    const bytes = this.#samples.reduce((sum, sample) => sum + sample.bytes, 0);
    return (bytes * 8 * 1000) / spanMs;
  }

  #forget(nowMs) {
    while (this.#samples.length > 0 && this.#samples[0].atMs < nowMs - WINDOW_MS) {
      this.#samples.shift();
    }
  }
}
