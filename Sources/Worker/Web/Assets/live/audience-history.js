// How many watched, in the last minutes. Pure: the clock comes in.

const SPAN_MS = 10 * 60_000;
const EVERY_MS = 1_000;
/** A curve of less would look like news. */
const LEAST_SPAN_MS = 60_000;

export class AudienceHistory {
  /** @type {{atMs: number, value: number}[]} one a second at most, so 600 */
  #points = [];

  /** @param {number | null} viewers null when that is not known @returns {boolean} whether it is new */
  add(viewers, nowMs) {
    if (viewers === null || nowMs - (this.#points.at(-1)?.atMs ?? -Infinity) < EVERY_MS) return false;
    this.#points.push({ atMs: nowMs, value: viewers });
    while (this.#points[0].atMs < nowMs - SPAN_MS) this.#points.shift();
    return true;
  }

  get points() { return this.#points; }

  get most() { return this.#points.reduce((most, { value }) => Math.max(most, value), 0); }

  /** How much time the width of a curve is: as much as there is, so that there is something to see at once. */
  spanMs(nowMs) {
    const seenMs = nowMs - (this.#points[0]?.atMs ?? nowMs);
    return Math.min(SPAN_MS, Math.max(LEAST_SPAN_MS, seenMs));
  }
}
