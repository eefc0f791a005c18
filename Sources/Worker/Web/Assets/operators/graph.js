// A small graph of one figure over time.

const WIDTH = 300;
const HEIGHT = 64;
/** Room above the highest value. */
const TOP = 4;

/**
 * The line through the points, as the `d` of a path; '' when there are fewer than two. Pure.
 * @param {{atMs: number, value: number}[]} points
 * @param {number} spanMs how much time the width is; the right edge is `nowMs`
 * @param {number} most the value at the top
 */
function lineOf(points, spanMs, nowMs, most) {
  if (points.length < 2) return '';
  const steps = points.map(({ atMs, value }) => {
    const x = WIDTH - (nowMs - atMs) / spanMs * WIDTH;
    const y = HEIGHT - value / Math.max(most, Number.MIN_VALUE) * (HEIGHT - TOP);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${steps.join('L')}`;
}

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

  /** @param {{atMs: number, value: number}[]} points */
  show(points, spanMs, nowMs) {
    if (points.length === 0) return;
    const most = Math.max(...points.map(({ value }) => value));
    const now = this.#words(points[points.length - 1].value);
    const line = lineOf(points, spanMs, nowMs, most);
    this.#now.textContent = now;
    this.#most.textContent = `at most ${this.#words(most)} in the last five minutes`;
    this.#picture.setAttribute(
      'aria-label', `${this.#title}: now ${now}, ${this.#most.textContent}`);
    this.#line.setAttribute('d', line);
    const startX = line.slice(1).split(' ', 1)[0];
    this.#area.setAttribute('d', line && `${line}L${WIDTH} ${HEIGHT}L${startX} ${HEIGHT}Z`);
  }
}
