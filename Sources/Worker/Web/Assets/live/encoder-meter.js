// How a recorder is doing: how far its output is behind its input, and how many pictures a second
// come out. Pure; times in ms of any one clock.
//
// A recording's own time begins with its first picture, which is not known by the clock here. The
// zero is taken from the piece that came soonest after its own time, but not from much later than
// the recorder's start: one that is slow from the beginning is slow.

/** Opening an encoder takes a while; more than this counts as being behind. */
const START_MS_MAX = 1_000;
const RATE_WINDOW_MS = 3_000;
/** A rate from less would flutter. */
const RATE_SPAN_MS_MIN = 1_000;

export class EncoderMeter {
  #startedAtMs;
  #zeroAtMs = Infinity;
  #behindMs = 0;
  /** @type {{atMs: number, frames: number}[]} oldest first */
  #samples = [];

  /** @param {number} startedAtMs when the recorder was started */
  constructor(startedAtMs) {
    this.#startedAtMs = startedAtMs;
  }

  /**
   * The recorder has given something.
   * @param {number} atMs when
   * @param {number} mediaMs the newest time in it, since the recording's beginning
   * @param {number} frames pictures since the beginning
   */
  add(atMs, mediaMs, frames) {
    const soonestMs = Math.max(this.#startedAtMs, atMs - mediaMs);
    const latestMs = this.#startedAtMs + START_MS_MAX;
    this.#zeroAtMs = Math.min(this.#zeroAtMs, soonestMs, latestMs);
    this.#behindMs = Math.max(0, atMs - this.#zeroAtMs - mediaMs);
    this.#samples.push({ atMs, frames });
    while (this.#samples[0].atMs < atMs - RATE_WINDOW_MS) this.#samples.shift();
  }

  /** Time has passed in which this machine slept: a lag because of that is not a weakness. */
  slept() {
    this.#startedAtMs = Infinity;
    this.#zeroAtMs = Infinity;
    this.#behindMs = 0;
    this.#samples = [];
  }

  /** How late the newest picture came out. */
  get behindMs() { return this.#behindMs; }

  /** Pictures a second lately; null before that can be told. */
  get framesPerSecond() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || last.atMs - first.atMs < RATE_SPAN_MS_MIN) return null;
    return ((last.frames - first.frames) * 1000) / (last.atMs - first.atMs);
  }
}
