// A small graph of one figure over time.

import { lineOf } from '../common/graph-line.js';

const SIZE = { width: 300, height: 64 };

export class Graph {
  #now;
  #picture;
  #line;
  #area;
  #most;
  #title;
  #words;

  /** @param {HTMLElement} figure @param {(value: number) => string} words for a value */
  constructor(figure, words) {
    this.#now = figure.querySelector('strong');
    this.#picture = figure.querySelector('svg');
    this.#line = figure.querySelector('.graph-line');
    this.#area = figure.querySelector('.graph-area');
    this.#most = figure.querySelector('p');
    this.#title = figure.querySelector('figcaption').firstChild.textContent.trim();
    this.#words = words;
  }

  /** @param {History} history @param {string} name of one of its totals */
  show(history, name, nowMs) {
    const points = history.of(name);
    if (points.length === 0) return;
    const most = Math.max(...points.map(({ value }) => value));
    const now = this.#words(points[points.length - 1].value);
    const line = lineOf(points, history.spanMs(nowMs), nowMs, most, SIZE);
    this.#now.textContent = now;
    const since = history.isWhole(nowMs) ? 'in five minutes' : 'so far';
    this.#most.textContent = `at most ${this.#words(most)} ${since}`;
    this.#picture.setAttribute(
      'aria-label', `${this.#title}: now ${now}, ${this.#most.textContent}`);
    this.#line.setAttribute('d', line);
    const startX = line.slice(1).split(' ', 1)[0];
    this.#area.setAttribute('d', line && `${line}L${SIZE.width} ${SIZE.height}L${startX} ${SIZE.height}Z`);
  }
}
