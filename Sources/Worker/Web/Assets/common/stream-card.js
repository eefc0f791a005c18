// One card of a list of broadcasts. Made by the server (StreamCard.swift) or from the page's template;
// both have the same structure (Pages/stream-card.html). Touches the document only where something changed.

import {
  headingOf, hueOf, initialOf, setAttribute, setText, setWords, showAvatar, shownNameOf,
} from './face.js';
import { Stills } from './still.js';
import { badgeOf, sinceWords } from './stream-words.js';
import { word } from './words.js';

const stills = new Stills();

export class StreamCard {
  /** The list item. */
  element;
  /** The stream object last shown; null for a card of the server's until there is one. */
  stream = null;

  /** @param {HTMLLIElement} element */
  constructor(element) {
    this.element = element;
  }

  /** A new card. @param {HTMLTemplateElement} template */
  static from(template) {
    return new StreamCard(template.content.firstElementChild.cloneNode(true));
  }

  show(stream) {
    this.stream = stream;
    const isOver = stream.state === 'ended';
    this.#showState();
    this.#showFace();
    setText(this.#part('.stream-kind'), hasPicture(stream) ? '' : word('stream.sound-only'));
    setText(this.#part('.stream-viewers'),
      isOver ? '' : word('count.viewers', { count: stream.viewers }));
    stills.show(this.#part('.stream-still'), isOver ? null : stream.stillUrl ?? null);
    this.showTime();
  }

  /** What changes by itself. */
  showTime() {
    if (this.stream) setText(this.#part('.stream-since'), sinceWords(this.stream));
  }

  /** It is no longer in the document. */
  letGo() { stills.show(this.#part('.stream-still'), null); }

  #part(selector) { return this.element.querySelector(selector); }

  #showState() {
    const { name, state } = this.stream;
    setAttribute(this.element, 'data-name', name);
    setAttribute(this.element, 'data-state', state);
    setAttribute(this.element, 'data-hue', String(hueOf(name)));
    const badge = badgeOf(state);
    setAttribute(this.#part('.badge'), 'class', badge.className);
    setText(this.#part('.badge'), badge.text);
  }

  #showFace() {
    const { stream } = this;
    const link = this.#part('.stream-title a');
    setAttribute(link, 'href', `/${stream.name}/watchLive`);
    setWords(link, headingOf(stream), stream.language);
    setText(this.#part('.stream-channel'), stream.title ? shownNameOf(stream) : '');
    setAttribute(this.#part('.stream-picture'), 'data-initial', initialOf(stream));
    showAvatar(this.#part('.avatar'), stream);
  }
}

function hasPicture(stream) { return stream.tracks.some(({ kind }) => kind === 'video'); }
