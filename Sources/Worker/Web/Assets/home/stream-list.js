// The list of live streams, kept up to date without getting in the visitor's way.
//
// It knows all streams and shows the first of those that are looked for, more as the visitor goes down.
// Figures change in place at once. Changes that move cards (another order, leaving out streams that
// ended) wait until the list is calm: no pointer over it and no focus in it. A new card is appended
// at once, if there is room, and finds its place when the list is calm. Cards glide to their new places.

import { StreamCard } from '../common/stream-card.js';
import { orderedNames } from '../common/stream-order.js';
import { Glide } from './glide.js';
import { searchFor } from './search.js';

/** How long a broadcast that has ended is still shown. */
const FAREWELL_MS = 8000;
/** Cards that are shown first, and that come when the visitor is near the end of them. */
const PAGE = 60;

export class StreamList {
  #list;
  #template;
  #glide;
  /** What is known, by name; null for cards of the server's until it says more. @type {Map<string, object | null>} */
  #streams = new Map();
  /** Those that have one, by name. @type {Map<string, StreamCard>} */
  #cards = new Map();
  /** When those that ended did. @type {Map<string, number>} */
  #endedAtMs = new Map();
  #isMeant = searchFor('');
  /** @type {import('../common/stream-order.js').Order} */
  #order = 'viewers';
  #limit = PAGE;

  /**
   * Takes over the cards that the server has rendered.
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template of a card
   * @param {HTMLElement[]} followers what stands below the list and glides with it
   */
  constructor(list, template, followers) {
    this.#list = list;
    this.#template = template;
    this.#glide = new Glide(() => [...list.children, ...followers]);
    for (const element of list.children) {
      this.#streams.set(element.dataset.name, null);
      this.#cards.set(element.dataset.name, new StreamCard(element));
    }
  }

  /** Streams that are on. */
  get streams() {
    return [...this.#streams.values()].filter((stream) => stream && stream.state !== 'ended');
  }

  /** How many of them are looked for. */
  get found() { return this.streams.filter(this.#isMeant).length; }

  /** Whether there are more than are shown. */
  get hasMore() { return this.found > this.#limit; }

  // What happens

  /** Everything there is. @returns {void} */
  showAll(streams) {
    const names = new Set(streams.map(({ name }) => name));
    this.#glide.around(() => {
      for (const stream of streams) this.show(stream);
      for (const name of [...this.#streams.keys()]) {
        if (!names.has(name)) this.end(name);
      }
    });
  }

  show(stream) {
    const { name } = stream;
    if (stream.state === 'ended') {
      this.end(name);
      return;
    }
    this.#endedAtMs.delete(name);
    this.#streams.set(name, stream);
    const card = this.#cards.get(name);
    if (card) card.show(stream);
    else if (this.#cards.size < this.#limit && this.#isMeant(stream)) this.#append(stream);
  }

  /** Its card says that it has ended, and goes a little later. */
  end(name) {
    if (!this.#streams.has(name) || this.#endedAtMs.has(name)) return;
    const stream = this.#streams.get(name);
    const card = this.#cards.get(name);
    if (!stream || !card) {
      this.#remove(name); // not to be seen, or the server's, and nothing is known of it
      return;
    }
    const ended = { ...stream, state: 'ended' };
    this.#streams.set(name, ended);
    card.show(ended);
    this.#endedAtMs.set(name, performance.now());
  }

  showTime() {
    for (const card of this.#cards.values()) card.showTime();
  }

  // What the visitor wants

  /** Those that match, from the beginning. @param {string} query */
  search(query) {
    this.#isMeant = searchFor(query);
    this.#limit = PAGE;
    this.#arrange();
  }

  /** @param {import('../common/stream-order.js').Order} order */
  sort(order) {
    this.#order = order;
    this.#glide.around(() => this.#arrange());
  }

  /** The next ones, after those that are shown. */
  showMore() {
    if (!this.hasMore) return;
    this.#limit += PAGE;
    const others = this.#wanted().filter((name) => !this.#cards.has(name));
    this.#list.append(...others.map((name) => this.#cardFor(this.#streams.get(name)).element));
  }

  /** Puts the cards in order and lets go of old ones, unless the visitor is using the list. */
  settle() {
    if (this.#isInUse()) return;
    const nowMs = performance.now();
    const goners = [...this.#endedAtMs].filter(([, endedMs]) => nowMs - endedMs >= FAREWELL_MS);
    const current = [...this.#list.children].map(({ dataset }) => dataset.name);
    if (goners.length === 0 && this.#wanted().join() === current.join()) return;
    this.#glide.around(() => {
      for (const [name] of goners) this.#remove(name);
      this.#arrange();
    });
  }

  #isInUse() {
    // After a tap, the element that was touched last counts as hovered for ever.
    const canHover = matchMedia('(hover: hover)').matches;
    return this.#list.matches(canHover ? ':hover, :focus-within' : ':focus-within');
  }

  /** Names of what is to be shown, in order. */
  #wanted() {
    const all = [...this.#streams.values()].filter((stream) => stream && this.#isMeant(stream));
    return orderedNames(all, this.#order).slice(0, this.#limit);
  }

  // Cards

  #arrange() {
    const wanted = this.#wanted();
    const names = new Set(wanted);
    for (const name of [...this.#cards.keys()]) {
      if (!names.has(name)) this.#removeCard(name);
    }
    this.#list.append(...wanted.map((name) => this.#cardFor(this.#streams.get(name)).element));
  }

  #append(stream) {
    const card = this.#cardFor(stream);
    card.element.dataset.new = '';
    this.#glide.around(() => this.#list.append(card.element));
  }

  #cardFor(stream) {
    const known = this.#cards.get(stream.name);
    if (known) return known;
    const card = StreamCard.from(this.#template);
    card.show(stream);
    this.#cards.set(stream.name, card);
    return card;
  }

  #remove(name) {
    this.#streams.delete(name);
    this.#endedAtMs.delete(name);
    this.#removeCard(name);
  }

  #removeCard(name) {
    const card = this.#cards.get(name);
    card?.letGo();
    card?.element.remove();
    this.#cards.delete(name);
  }
}
