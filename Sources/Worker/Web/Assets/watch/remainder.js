// What is left to play after the end of a broadcast. An element that stands still shortly before the
// end of its media never says that it has ended, and nothing will come any more that could move it.
//
// Pure: samples go in, about one a second.

/** Longer than it takes to get to another place in what is in hand, on a slow computer as well. */
const STILL_MS = 6_000;
/** Samples further apart say nothing of the time between them: a phone in a pocket runs no page. */
const APART_MS = 3_000;

export class Remainder {
  #positionS = null;
  #stillSinceMs = 0;
  #lookedAtMs = -Infinity;

  /**
   * Whether all that will be played of it has been played.
   * @param {object} now
   * @param {number} now.nowMs
   * @param {boolean} now.isLeft   the broadcast is over, and the viewer wants to see the rest of it
   * @param {number} now.positionS
   */
  isSpent({ nowMs, isLeft, positionS }) {
    const isApart = nowMs - this.#lookedAtMs > APART_MS;
    this.#lookedAtMs = nowMs;
    if (!isLeft || isApart || positionS !== this.#positionS) {
      this.#positionS = isLeft ? positionS : null;
      this.#stillSinceMs = nowMs;
      return false;
    }
    return nowMs - this.#stillSinceMs >= STILL_MS;
  }
}
