// The list of live streams, kept up to date without getting in the visitor's way.
//
// Figures change in place at once. Changes that move cards (another order, leaving out streams that
// ended) wait until the list is calm: no pointer over it and no focus in it. A new card is appended
// at once and finds its place when the list is calm. Cards glide to their new places.

import { StreamCard } from './stream-card.js';
import { orderedNames } from './stream-order.js';

const GLIDE = 'glide';
const GLIDE_MS = 500;

/** How long a broadcast that has ended is still shown. */
const FAREWELL_MS = 8000;

export class StreamList {
  #list;
  #template;
  #followers;
  #isGliding = false;
  /** By name. @type {Map<string, StreamCard>} */
  #cards = new Map();
  /** When those that ended did. @type {Map<string, number>} */
  #endedAtMs = new Map();

  /**
   * Takes over the cards that the server has rendered.
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} template of a card
   * @param {HTMLElement[]} followers what stands below the list and glides with it
   */
  constructor(list, template, followers) {
    this.#list = list;
    this.#template = template;
    this.#followers = followers;
    for (const element of list.children) {
      this.#cards.set(element.dataset.name, new StreamCard(element));
    }
  }

  /** Streams that are on. */
  get streams() {
    return [...this.#cards.values()].map(({ stream }) => stream)
      .filter((stream) => stream && stream.state !== 'ended');
  }

  /** Everything there is. @returns {void} */
  showAll(streams) {
    const names = new Set(streams.map(({ name }) => name));
    this.#glide(() => {
      for (const stream of streams) this.show(stream);
      for (const name of [...this.#cards.keys()]) {
        if (!names.has(name)) this.end(name);
      }
    });
  }

  show(stream) {
    if (stream.state === 'ended') {
      this.end(stream.name);
      return;
    }
    this.#endedAtMs.delete(stream.name);
    this.#cardFor(stream.name).show(stream);
  }

  /** Its card says that it has ended, and goes a little later. */
  end(name) {
    const card = this.#cards.get(name);
    if (!card || this.#endedAtMs.has(name)) return;
    if (!card.stream) {
      this.#remove(name); // the server's, and nothing is known of it
      return;
    }
    card.show({ ...card.stream, state: 'ended' });
    this.#endedAtMs.set(name, performance.now());
  }

  showTime() {
    for (const card of this.#cards.values()) card.showTime();
  }

  /** Puts the cards in order and lets go of old ones, unless the visitor is using the list. */
  settle() {
    if (this.#isInUse()) return;
    const nowMs = performance.now();
    const goners = [...this.#endedAtMs].filter(([, endedMs]) => nowMs - endedMs >= FAREWELL_MS);
    const kept = [...this.#cards.values()]
      .filter(({ stream }) => stream && !goners.some(([name]) => name === stream.name));
    const wanted = orderedNames(kept.map(({ stream }) => stream));
    const current = [...this.#list.children].map(({ dataset }) => dataset.name);
    if (wanted.join() === current.join()) return;
    this.#glide(() => {
      for (const [name] of goners) this.#remove(name);
      for (const name of wanted) this.#list.append(this.#cards.get(name).element);
    });
  }

  #isInUse() {
    // After a tap, the element that was touched last counts as hovered for ever.
    const canHover = matchMedia('(hover: hover)').matches;
    return this.#list.matches(canHover ? ':hover, :focus-within' : ':focus-within');
  }

  #cardFor(name) {
    const known = this.#cards.get(name);
    if (known) return known;
    const card = StreamCard.from(this.#template);
    card.element.dataset.new = '';
    this.#cards.set(name, card);
    this.#glide(() => this.#list.append(card.element));
    return card;
  }

  #remove(name) {
    this.#cards.get(name).element.remove();
    this.#cards.delete(name);
    this.#endedAtMs.delete(name);
  }

  /** Runs `change`; what has another place after it moves there visibly. May be nested. */
  #glide(change) {
    if (this.#isGliding || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      change();
      return;
    }
    this.#isGliding = true;
    const elements = [...this.#list.children, ...this.#followers];
    const before = new Map(elements.map((element) => [element, element.getBoundingClientRect()]));
    change();
    this.#isGliding = false;
    for (const element of elements) stopGliding(element);
    for (const [element, from] of before) {
      const to = element.getBoundingClientRect();
      const [x, y] = [from.left - to.left, from.top - to.top];
      if (element.isConnected && (x !== 0 || y !== 0)) {
        element.animate(
          [{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }],
          { id: GLIDE, duration: GLIDE_MS, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)' });
      }
    }
  }
}

/** From here on the element is where it belongs, not on its way there. */
function stopGliding(element) {
  for (const animation of element.getAnimations()) {
    if (animation.id === GLIDE) animation.cancel();
  }
}
