// The bit rate of each stream over the last minutes, as a line in its row: a publisher whose network is too
// slow is seen there before anybody says so.

import { History } from './history.js';
import { lineOf } from '../common/graph-line.js';

/** As the picture in the row's template. */
const SIZE = { width: 100, height: 24 };

export class StreamTrails {
  /** @type {Map<string, History>} */
  #histories = new Map();

  /** @param {object[]} streams all that there are; others are forgotten */
  add(streams, nowMs) {
    const names = new Set(streams.map(({ name }) => name));
    for (const name of this.#histories.keys()) {
      if (!names.has(name)) this.#histories.delete(name);
    }
    for (const { name, bitrateBps } of streams) {
      if (!this.#histories.has(name)) this.#histories.set(name, new History());
      this.#histories.get(name).add({ bitrateBps }, nowMs);
    }
  }

  /** Draws the line of one stream. @param {SVGPathElement} path */
  draw(path, name, nowMs) {
    const history = this.#histories.get(name);
    const points = history.of('bitrateBps');
    const most = Math.max(...points.map(({ value }) => value));
    path.setAttribute('d', most > 0 ? lineOf(points, history.spanMs(nowMs), nowMs, most, SIZE) : '');
  }
}
