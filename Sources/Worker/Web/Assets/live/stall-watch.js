// How long a thing that should go on stands still. Pure. Only time with looks counts: a machine
// that slept, or a timer that came late, is not held against the thing that is watched.

/** Most that one look counts for. */
const STEP_MS_MAX = 1_000;
/** Looks come a few times a second. Further apart than this, the page was asleep. */
const SLEEP_MS = 5_000;

export class StallWatch {
  #value = undefined;
  #stillMs = 0;
  #lookedAtMs = null;
  #hasSlept = false;

  /**
   * @param {unknown} value that changes as long as all is well
   * @param {number} nowMs
   * @returns {number} how long it has been the same, in ms
   */
  look(value, nowMs) {
    const passedMs = nowMs - (this.#lookedAtMs ?? nowMs);
    this.#lookedAtMs = nowMs;
    this.#hasSlept = passedMs > SLEEP_MS;
    this.#stillMs = value === this.#value ? this.#stillMs + Math.min(passedMs, STEP_MS_MAX) : 0;
    this.#value = value;
    return this.#stillMs;
  }

  /** Whether there had been no look for a long time before the last one. */
  get hasSlept() { return this.#hasSlept; }
}
