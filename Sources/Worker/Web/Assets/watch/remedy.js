// What to do about a player that shows nothing although media comes. Each attempt changes something
// that the one before did not, and waits longer, so that useless attempts do no harm.
//
// Pure.

/** @typedef {'seek' | 'again' | 'other-way'} Step */

/** @type {Record<string, Step[]>} */
const STEPS = {
  still: ['seek', 'again', 'other-way'],
  'no-picture': ['again', 'other-way'],
};
/** After the first round, before each further try. */
const WAIT_MS = { first: 4_000, most: 60_000 };
/** So long without trouble, and what comes next is another trouble. */
const HEALED_MS = 20_000;

export class Remedy {
  #tries = 0;
  #lastAtMs = -Infinity;

  /**
   * The next thing to do; null while the last one still has time to help.
   * @param {number} nowMs
   * @param {'still' | 'no-picture'} verdict
   * @returns {Step | null}
   */
  next(nowMs, verdict) {
    if (nowMs - this.#lastAtMs > Math.max(HEALED_MS, 2 * this.#waitMs)) this.#tries = 0;
    if (nowMs - this.#lastAtMs < this.#waitMs) return null;
    const steps = STEPS[verdict];
    const step = steps[this.#tries % steps.length];
    this.#tries += 1;
    this.#lastAtMs = nowMs;
    return step;
  }

  get #waitMs() {
    const rounds = this.#tries - STEPS.still.length;
    return rounds < 0 ? 0 : Math.min(WAIT_MS.most, WAIT_MS.first * 2 ** Math.min(rounds, 10));
  }
}
