// Where the live edge is, and how unevenly media arrives.
//
// Media arrives in steps: the end of the buffer jumps ahead and then stands still until the next
// chunk. What does not jump is the difference between the end and the clock right after an arrival
// that met no delay. So the edge is taken from the best arrival of the last seconds, and runs on
// with the clock in between; the worst moment, just before an arrival, tells how much distance to
// the edge a player needs so as never to run dry: step and jitter together.
//
// Pure: times of the clock in milliseconds, times of the media in seconds, both passed in.

const WINDOW_MS = 15_000;
// Longer without anything new, and the broadcast was interrupted: no statement about jitter.
const SILENCE_MS = 4_000;

/**
 * @typedef {object} Arrival
 * @property {number} atMs
 * @property {number} leadS   end of the media minus clock, right after the arrival
 * @property {number} lagS    clock minus end of the media, right before it; -Infinity if unknown
 */

export class EdgeClock {
  /** @type {Arrival[]} */
  #arrivals = [];
  #leadS = -Infinity;
  #lagS = -Infinity;
  /** @type {{atMs: number, endS: number} | null} */
  #newest = null;

  /** Forgets everything: another response has another time line. */
  reset() {
    this.#arrivals = [];
    this.#newest = null;
    this.#measure();
  }

  /** Media up to `endS` is here now. */
  noteArrival(nowMs, endS) {
    const before = this.#newest;
    if (before && endS <= before.endS) return;
    const isAfterSilence = before !== null && nowMs - before.atMs > SILENCE_MS;
    if (isAfterSilence) this.#arrivals = [];
    const nowS = nowMs / 1000;
    this.#arrivals.push({
      atMs: nowMs,
      leadS: endS - nowS,
      lagS: before && !isAfterSilence ? nowS - before.endS : -Infinity,
    });
    this.#newest = { atMs: nowMs, endS };
    this.#arrivals = this.#arrivals.filter((arrival) => nowMs - arrival.atMs < WINDOW_MS);
    this.#measure();
  }

  /** The edge is known from elsewhere: a response asked for from so far back has so much to give. */
  noteEdge(nowMs, edgeS) {
    this.#arrivals.push({ atMs: nowMs, leadS: edgeS - nowMs / 1000, lagS: -Infinity });
    this.#measure();
  }

  /** Reading is held back on purpose: what arrives now says nothing about the edge. */
  noteHeldBack() {
    this.#newest = null;
  }

  #measure() {
    this.#leadS = Math.max(-Infinity, ...this.#arrivals.map((arrival) => arrival.leadS));
    this.#lagS = Math.max(-Infinity, ...this.#arrivals.map((arrival) => arrival.lagS));
  }

  /** The media time of the live edge; null before anything is known. */
  edgeS(nowMs) {
    if (this.#leadS === -Infinity) return null;
    const newest = this.#newest;
    // Nothing comes any more: the edge stands where the media ends.
    if (newest && nowMs - newest.atMs > SILENCE_MS) return newest.endS;
    return nowMs / 1000 + this.#leadS;
  }

  /** How far behind the edge `positionS` is; null before anything is known. */
  behindS(nowMs, positionS) {
    const edgeS = this.edgeS(nowMs);
    return edgeS === null ? null : Math.max(0, edgeS - positionS);
  }

  /** The distance to the edge at which a player would just not have run dry; 0 if unknown. */
  get neededS() {
    return this.#lagS === -Infinity ? 0 : Math.max(0, this.#lagS + this.#leadS);
  }
}
