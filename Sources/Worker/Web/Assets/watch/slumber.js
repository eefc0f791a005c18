// When a player may let go of the network, because the viewer neither sees nor hears it: the tab is
// hidden and makes no sound, or the viewer paused long ago.
//
// Pure: the situation and the clock go in; what to do comes out.

/** Looking something up in another tab is no reason to let go. */
const UNNOTICED_MS = 10_000;
/** A viewer who comes back from a short pause wants to go on at once. */
const PAUSED_MS = 60_000;

/**
 * @typedef {object} Situation
 * @property {number} nowMs
 * @property {boolean} isHidden          the page cannot be seen
 * @property {boolean} isInSmallWindow   but they see the picture
 * @property {boolean} isSilent          muted, or there is no sound
 * @property {boolean} isPaused          by the viewer
 */

export class Slumber {
  #isAsleep = false;
  #unnoticedSinceMs = null;
  #pausedSinceMs = null;

  get isAsleep() { return this.#isAsleep; }

  /**
   * Whether to be asleep now.
   * @param {Situation} situation
   */
  decide({ nowMs, isHidden, isInSmallWindow, isSilent, isPaused }) {
    const isUnseen = isHidden && !isInSmallWindow;
    const isUnnoticed = isUnseen && (isSilent || isPaused);
    this.#unnoticedSinceMs = isUnnoticed ? this.#unnoticedSinceMs ?? nowMs : null;
    this.#pausedSinceMs = isPaused ? this.#pausedSinceMs ?? nowMs : null;
    const isDue = hasLasted(nowMs, this.#unnoticedSinceMs, UNNOTICED_MS)
      || hasLasted(nowMs, this.#pausedSinceMs, PAUSED_MS);
    // Once asleep, it wakes only for a viewer who wants to see or hear something.
    const isWanted = !isPaused && !isUnnoticed;
    this.#isAsleep = isDue || (this.#isAsleep && !isWanted);
    return this.#isAsleep;
  }
}

function hasLasted(nowMs, sinceMs, forMs) {
  return sinceMs !== null && nowMs - sinceMs >= forMs;
}
