// The one state of the page, for CSS and tests on <body data-state>, and the transitions from one
// state to the next.

/** @typedef {'choosing' | 'starting' | 'counting' | 'live' | 'reconnecting' | 'stopping' | 'stopped'
 *   | 'failed'} StateName */

/** @type {Record<StateName, StateName[]>} */
const WAYS = {
  choosing: ['starting', 'failed'],
  starting: ['counting', 'live', 'failed', 'choosing'],
  counting: ['starting', 'choosing'],
  live: ['reconnecting', 'stopping', 'failed'],
  reconnecting: ['live', 'stopping', 'failed'],
  stopping: ['stopped'],
  stopped: ['choosing', 'starting', 'failed'],
  failed: ['choosing', 'starting', 'failed'],
};

/** States in which viewers may be watching. */
const ON_AIR = new Set(['live', 'reconnecting']);
/** States in which somebody is on the way to it, or from it. */
const BETWEEN = new Set(['starting', 'counting', 'stopping']);

export class PageState {
  /** @type {StateName} */
  #name = 'choosing';
  #onChange;

  /** @param {(name: StateName) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  get name() { return this.#name; }
  get isOnAir() { return ON_AIR.has(this.#name); }
  /** Leaving the page now would cut something off. */
  get isBusy() { return this.isOnAir || BETWEEN.has(this.#name); }

  /** @param {StateName} name */
  go(name) {
    if (!WAYS[this.#name].includes(name)) throw new Error(`no way from ${this.#name} to ${name}`);
    this.#name = name;
    this.#onChange(name);
  }
}
