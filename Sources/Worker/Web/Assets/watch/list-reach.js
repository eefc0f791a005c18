// How far back the lists of a track reach. A list that leaves out what is older only says which segment
// is the oldest one, so when each of them began is kept from the lists before.
//
// Pure.

import { endMsOf } from './list-plan.js';

export class ListReach {
  /** @type {Map<number, number>} when each segment began, by its ordinal, the oldest one first */
  #beganAtMs = new Map();
  #endMs = 0;

  /** A list has come. @param {import('./hls-list.js').MediaList} list */
  note(list) {
    for (const { ordinal, dateMs } of list.segments) {
      if (dateMs !== null) this.#beganAtMs.set(ordinal, dateMs);
    }
    for (const ordinal of this.#beganAtMs.keys()) {
      if (ordinal >= list.first) break;
      this.#beganAtMs.delete(ordinal);
    }
    this.#endMs = endMsOf(list) ?? this.#endMs;
  }

  /** By the dates, as places in the lists are found. */
  get seconds() {
    const [oldestMs] = this.#beganAtMs.values();
    return oldestMs === undefined ? 0 : Math.max(0, this.#endMs - oldestMs) / 1000;
  }
}
