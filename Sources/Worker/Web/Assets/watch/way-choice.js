// Which way of playing a broadcast to take: the best that has not failed, and that does not wait
// for a track which brings nothing now.
//
// Pure.

/** So long a track that was missing has to come without a hole: longer each time it stops again. */
const RETURN_MS = { first: 1_000, most: 30_000 };

/** @typedef {import('./ways.js').Way} Way */
/** @typedef {import('./track-watch.js').TrackWatch} TrackWatch */

export class WayChoice {
  #ways;
  #failed = 0;
  /** The kind of track that brings nothing now. */
  #missing = null;
  #absences = 0;
  /** A way has failed because what comes cannot be decoded. */
  #isDamaged = false;

  /** @param {Way[]} ways   from the best to the least */
  constructor(ways) { this.#ways = ways; }

  /** The way to take now; null when there is none. @returns {Way | null} */
  get way() {
    const left = this.#ways.slice(this.#failed);
    return left.find(({ lacks }) => lacks !== null && lacks === this.#missing) ?? left[0] ?? null;
  }

  /** What is left out, whether only for now, and whether it cannot be decoded. */
  get lack() {
    const kind = this.way?.lacks ?? null;
    return kind && { kind, isForNow: kind === this.#missing, isDamaged: this.#isDamaged };
  }

  /** At the beginning of a response: what it brings may decide. @param {TrackWatch} tracks */
  choose(tracks) {
    if (this.#missing === null) this.#noteMissing(tracks);
    const isApartBetter = tracks.isUnordered && this.way?.kind === 'whole';
    if (isApartBetter && this.#ways.some(({ kind }) => kind === 'apart')) this.fail();
    return this.way;
  }

  /** Later: whether another way should be taken from now on. @param {TrackWatch} tracks */
  isToChange(tracks) {
    const { way } = this;
    if (this.#missing === null) {
      this.#noteMissing(tracks);
    } else if (tracks.steadyMs(this.#missing) >= this.#returnMs) {
      this.#missing = null;
    }
    return this.way !== way;
  }

  /** The way has failed; false when there is no other. */
  fail(isDamaged = false) {
    const { way } = this;
    this.#isDamaged ||= isDamaged;
    const next = this.#ways.indexOf(way) + 1;
    if (next >= this.#ways.length) return false;
    this.#failed = next;
    return true;
  }

  /**
   * The way shows nothing. The reason may also be a lack of processor time, so this tries the other
   * way that leaves nothing out, in turn with it.
   */
  alternate() {
    const { way } = this;
    const complete = this.#ways.filter(({ lacks, kind, via }) => (
      lacks === null && kind !== 'plain' && via === way?.via));
    const index = complete.indexOf(way);
    if (index >= 0) this.#failed = this.#ways.indexOf(complete[(index + 1) % complete.length]);
  }

  reset() {
    this.#failed = 0;
    this.#isDamaged = false;
  }

  #noteMissing(tracks) {
    const { missing } = tracks;
    if (missing === null || !this.#ways.some(({ lacks }) => lacks === missing)) return;
    this.#missing = missing;
    this.#absences += 1;
  }

  get #returnMs() {
    return Math.min(RETURN_MS.most, RETURN_MS.first * 2 ** Math.min(this.#absences - 1, 10));
  }
}
