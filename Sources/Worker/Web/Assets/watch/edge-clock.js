// Where the live edge is, and how unevenly media arrives.
//
// Media arrives in steps: the end of the buffer jumps ahead and then stands still until the next
// chunk. What does not jump is the difference between the end and the clock right after an arrival
// that met no delay. So the edge is taken from the best arrival of the last seconds, and runs on
// with the clock in between; the worst moments, just before an arrival, tell how much distance to
// the edge a player needs so as not to run dry: step and jitter together.
//
// Pure: times of the clock in milliseconds, times of the media in seconds, both passed in.

const WINDOW_MS = 15_000;
// Longer without anything new, and the broadcast was interrupted: no statement about jitter.
const SILENCE_MS = 4_000;
/** What comes in large pieces is silent in between: that much longer than one of them. */
const PIECES_OF_SILENCE = 2.5;
/** Longer without anything new, and the figures should say so. */
const QUIET_MS = 1_000;
/** Where media comes in large pieces, so much longer than it takes at most. */
const USUAL_QUIET = 1.5;
/** An arrival that ends this short of the edge has not caught up: more is on its way. */
const CAUGHT_UP_S = 0.1;

/**
 * @typedef {object} Arrival
 * @property {number} atMs
 * @property {number} leadS     end of the media minus clock, right after the arrival
 * @property {number} neededS   distance of the media's end to the edge, right before it or an
 *   earlier one, if that one did not catch up: then both are one and the same delay
 */

export class EdgeClock {
  /** @type {Arrival[]} */
  #arrivals = [];
  #leadS = -Infinity;
  /** The last known lead on this time line, even if arrivals were forgotten since. */
  #ageLeadS = -Infinity;
  /** @type {{atMs: number, endS: number} | null} */
  #newest = null;
  #silenceMs = SILENCE_MS;

  /** Forgets everything: another response has another time line. */
  reset() {
    this.forgetArrivals();
    this.#silenceMs = SILENCE_MS;
    this.#ageLeadS = -Infinity;
  }

  /** So much comes at once, and then nothing for as long. */
  expectPieces(pieceS) {
    this.#silenceMs = Math.max(SILENCE_MS, PIECES_OF_SILENCE * pieceS * 1000);
  }

  /** The broadcast stands still: what arrivals have taught no longer holds. */
  forgetArrivals() {
    this.#arrivals = [];
    this.#leadS = -Infinity;
    this.#newest = null;
  }

  /** Media up to `endS` is here now. */
  noteArrival(nowMs, endS) {
    const before = this.#newest;
    if (before && endS <= before.endS) return;
    const isAfterSilence = before !== null && nowMs - before.atMs > this.#silenceMs;
    if (isAfterSilence) this.forgetArrivals();
    const neededS = before && !isAfterSilence ? this.#neededNowS(nowMs, before.endS) : 0;
    this.#add(nowMs, { atMs: nowMs, leadS: endS - nowMs / 1000, neededS });
    this.#newest = { atMs: nowMs, endS };
  }

  #neededNowS(nowMs, endS) {
    const neededS = this.#runningEdgeS(nowMs) - endS;
    const last = this.#arrivals.at(-1);
    if (!last || this.#leadS - last.leadS < CAUGHT_UP_S) return neededS;
    const wholeS = Math.max(neededS, last.neededS);
    last.neededS = 0;
    return wholeS;
  }

  /** The edge is known from elsewhere: a response that begins this far back has this much media. */
  noteEdge(nowMs, edgeS) {
    this.#add(nowMs, { atMs: nowMs, leadS: edgeS - nowMs / 1000, neededS: 0 });
  }

  /** What is known of the unevenness of arrivals no longer holds; the place of the edge does. */
  forgetNeeds() {
    for (const arrival of this.#arrivals) arrival.neededS = 0;
  }

  /** Reading is held back on purpose: what arrives now says nothing about the edge. */
  noteHeldBack() {
    this.#newest = null;
  }

  /** Playing stood still: the last distance to the edge may no longer hold. */
  noteStall() {
    this.#arrivals = this.#arrivals.map((kept) => ({ ...kept, leadS: -Infinity }));
    const newest = this.#newest;
    this.#leadS = newest ? newest.endS - newest.atMs / 1000 : -Infinity;
    if (newest) {
      this.#arrivals.push({ atMs: newest.atMs, leadS: this.#leadS, neededS: 0 });
      this.#ageLeadS = this.#leadS;
    }
  }

  #add(nowMs, arrival) {
    this.#arrivals.push(arrival);
    this.#arrivals = this.#arrivals.filter((kept) => nowMs - kept.atMs < WINDOW_MS);
    this.#leadS = Math.max(...this.#arrivals.map((kept) => kept.leadS));
    this.#ageLeadS = this.#leadS;
  }

  #runningEdgeS(nowMs) { return nowMs / 1000 + this.#leadS; }

  /** The media time of the live edge; null before anything is known. */
  edgeS(nowMs) {
    if (this.#leadS === -Infinity) return null;
    const newest = this.#newest;
    // Nothing comes any more: the edge is where the media ends.
    if (newest && nowMs - newest.atMs > this.#silenceMs) return newest.endS;
    return this.#runningEdgeS(nowMs);
  }

  /** How far behind the edge `positionS` is; null before anything is known. */
  behindS(nowMs, positionS) {
    const edgeS = this.edgeS(nowMs);
    return edgeS === null ? null : Math.max(0, edgeS - positionS);
  }

  /**
   * How old what is at `positionS` is: it grows while nothing arrives, because the world goes on.
   * Null before anything is known.
   */
  ageS(nowMs, positionS) {
    if (this.#ageLeadS === -Infinity) return null;
    return Math.max(0, nowMs / 1000 + this.#ageLeadS - positionS);
  }

  /** Whether nothing has come for longer than a second, and than is usual here. */
  isQuiet(nowMs) {
    if (!this.#newest) return false;
    return nowMs - this.#newest.atMs > Math.max(QUIET_MS, USUAL_QUIET * this.neededS * 1000);
  }

  /**
   * The distance to the edge at which a player would not have run dry but once: what happens a
   * single time is an accident and no reason to keep away for ever.
   */
  get neededS() {
    const [, second = 0] = this.#arrivals.map((kept) => kept.neededS).sort((a, b) => b - a);
    return second;
  }
}
