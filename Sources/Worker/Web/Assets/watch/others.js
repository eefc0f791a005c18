// More that is live, below the player: those with most viewers. Nobody is asked before a viewer goes down
// there, because thousands may be watching one broadcast and never look.

import { StreamCard } from '../common/stream-card.js';
import { orderedNames } from '../common/stream-order.js';

const MOST = 6;
const EVERY_MS = 30_000;

export class Others {
  #name;
  #section;
  #list;
  #template;
  #isInView = false;
  #askedMs = -Infinity;
  /** By name. @type {Map<string, StreamCard>} */
  #cards = new Map();

  /**
   * @param {string} name   of the stream that the page plays
   * @param {Record<string, HTMLElement>} elements   by id
   */
  constructor(name, { others, 'others-list': list, 'stream-template': template }) {
    this.#name = name;
    this.#section = others;
    this.#list = list;
    this.#template = template;
    document.addEventListener('visibilitychange', () => this.#look());
    setInterval(() => this.#look(), EVERY_MS);
  }

  /** @param {boolean} isInView   whether the viewer is near it */
  setInView(isInView) {
    this.#isInView = isInView;
    this.#look();
  }

  async #look() {
    const nowMs = performance.now();
    if (!this.#isInView || document.hidden || nowMs - this.#askedMs < EVERY_MS / 2) return;
    this.#askedMs = nowMs;
    try {
      const response = await fetch('/api/streams', { priority: 'low' });
      if (response.ok) this.#show((await response.json()).streams);
    } catch {
      // What is there stays.
    }
  }

  #show(streams) {
    const live = streams.filter(({ name, state }) => state === 'live' && name !== this.#name);
    const byName = new Map(live.map((stream) => [stream.name, stream]));
    const names = orderedNames(live).slice(0, MOST);
    for (const [name, card] of this.#cards) {
      if (!names.includes(name)) this.#remove(name, card);
    }
    for (const name of names) this.#cardFor(name).show(byName.get(name));
    const shown = [...this.#list.children].map(({ dataset }) => dataset.name);
    if (shown.join() !== names.join()) {
      this.#list.append(...names.map((name) => this.#cards.get(name).element));
    }
    this.#section.dataset.empty = names.length === 0;
  }

  #cardFor(name) {
    const card = this.#cards.get(name) ?? StreamCard.from(this.#template);
    this.#cards.set(name, card);
    return card;
  }

  #remove(name, card) {
    card.letGo();
    card.element.remove();
    this.#cards.delete(name);
  }
}
