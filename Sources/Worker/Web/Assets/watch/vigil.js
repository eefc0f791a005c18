// Whether everything that should be seen is seen: media keeps coming, so the position has to move,
// and the picture with it. Media that is only late, or not there yet, is no fault of the player.
//
// Pure: samples go in, about one a second, a verdict comes out.

/** Media came for this long, and nothing moved. */
const STILL_MS = 3_000;
/** The position moved for this long, and no picture came. */
const NO_PICTURE_MS = 4_000;
/** The same where it is not known whether pictures came. */
const NO_PICTURE_UNKNOWN_MS = 10_000;
/** Fewer pictures than that in that time may all be still to come. */
const LEAST_PICTURES = 5;
/** Samples further apart tell of a page that stood still itself. */
const MOST_BETWEEN_MS = 2_500;

/**
 * @typedef {object} Sample
 * @property {number} nowMs
 * @property {boolean} isExpected   something should be moving
 * @property {boolean} isSeen       pictures are shown at all: not of a page in the background
 * @property {number} positionS
 * @property {number} frames        shown so far, by this source
 * @property {number} arrivals      counts up while media comes
 * @property {number | null} pictures   handed to the element so far; null: not known
 */

/** @typedef {'fine' | 'still' | 'no-picture'} Verdict */

export class Vigil {
  /** @type {Sample | null} */
  #last = null;
  #still = null;
  #blind = null;

  /** Begins anew: another source, or something was done. */
  reset() {
    this.#last = null;
    this.#still = null;
    this.#blind = null;
  }

  /**
   * @param {Sample} now
   * @returns {Verdict}
   */
  look(now) {
    const last = this.#last;
    if (!now.isExpected || !last || now.nowMs - last.nowMs > MOST_BETWEEN_MS) {
      this.reset();
      this.#last = now;
      return 'fine';
    }
    this.#last = now;
    const hasMoved = now.positionS !== last.positionS;
    this.#noteStill(now, last, hasMoved);
    this.#noteBlind(now, last, hasMoved);
    if (this.#still && this.#still.mediaMs >= STILL_MS) return 'still';
    return this.#isBlind(now) ? 'no-picture' : 'fine';
  }

  /** Only the time in which media came counts: of what is rare there can be nothing to play. */
  #noteStill(now, last, hasMoved) {
    if (hasMoved) this.#still = null;
    else this.#still ??= { mediaMs: 0 };
    if (this.#still && now.arrivals > last.arrivals) {
      this.#still.mediaMs += now.nowMs - last.nowMs;
    }
  }

  #noteBlind(now, last, hasMoved) {
    if (!now.isSeen || now.frames !== last.frames) this.#blind = null;
    else if (hasMoved) this.#blind ??= { sinceMs: last.nowMs, pictures: last.pictures };
  }

  #isBlind(now) {
    if (!this.#blind) return false;
    const blindMs = now.nowMs - this.#blind.sinceMs;
    if (now.pictures === null) return blindMs >= NO_PICTURE_UNKNOWN_MS;
    return blindMs >= NO_PICTURE_MS
      && now.pictures - this.#blind.pictures >= LEAST_PICTURES;
  }
}
