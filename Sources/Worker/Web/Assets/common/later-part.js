// A part of a page that most visitors do not use, or not at first: its module is loaded when it is wanted. If it
// does not come, because the network is away, the next wish asks again; but most browsers then remember the failure.

import { renewPage } from './renew-page.js';

/** So often in a row a part does not come by accident. */
const FAILURES_MAX = 2;

/** @template T */
export class LaterPart {
  /** Null until it is there. @type {T | null} */
  made = null;
  #make;
  /** @type {Promise<T | null> | null} */
  #coming = null;
  #failures = 0;

  /** @param {() => Promise<T>} make   imports the module */
  constructor(make) { this.#make = make; }

  /**
   * With the part, at once or as soon as it is there; what was wanted first is done first.
   * @returns {Promise<boolean>} whether it was there
   */
  async use(action) {
    this.#coming ??= this.#load();
    const made = await this.#coming;
    if (!made) return false;
    this.made = made;
    action(made);
    return true;
  }

  /**
   * The same for what a viewer has pressed, or where nothing plays: when the part does not come, the page is loaded
   * again.
   */
  async press(action) {
    const isThere = await this.use(action);
    if (!isThere && this.#failures >= FAILURES_MAX) renewPage();
  }

  async #load() {
    try {
      const made = await this.#make();
      this.#failures = 0;
      return made;
    } catch {
      this.#failures += 1;
      this.#coming = null;
      return null;
    }
  }
}
