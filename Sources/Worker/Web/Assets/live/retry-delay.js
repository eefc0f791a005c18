// How long to wait before the next try: doubling, with a random part, so that the broadcasters of a
// restarted server do not come back in step. Pure but for the dice.

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

export class RetryDelay {
  #delayMs = FIRST_MS;

  /** @returns {number} the delay before the next try, in ms */
  nextMs() {
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(delayMs * 2, LONGEST_MS);
    return delayMs * (0.75 + Math.random() * 0.5);
  }

  /** Something went well. */
  reset() { this.#delayMs = FIRST_MS; }
}
