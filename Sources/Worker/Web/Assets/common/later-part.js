// A part of a page that most visitors do not use, or not at first: its module is loaded when it is wanted. If it
// does not come, because the network is away, the next wish asks again.

/** @template T */
export class LaterPart {
  /** Null until it is there. @type {T | null} */
  made = null;
  #make;
  #coming = null;

  /** @param {() => Promise<T>} make   imports the module */
  constructor(make) { this.#make = make; }

  /** With the part, at once or as soon as it is there; what was wanted first is done first. */
  async use(action) {
    this.#coming ??= this.#make();
    try {
      this.made = await this.#coming;
    } catch {
      this.#coming = null;
      return;
    }
    action(this.made);
  }
}
