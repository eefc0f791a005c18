// One card of the list: the DOM of one stream. Made by the server (HomePage.swift) or from the
// page's template; both have the same structure. Touches the document only where something changed.

import { Stills } from '../common/still.js';
import { badgeOf, pictureTags, sinceWords } from '../common/stream-words.js';
import { word } from '../common/words.js';

const stills = new Stills();

/** A longer name is written smaller (as in StreamCard.swift). */
const LONG_NAME_CHARACTERS = 16;

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
    const { element } = this;
    element.dataset.name = stream.name;
    element.dataset.state = stream.state;
    element.toggleAttribute('data-long', stream.name.length > LONG_NAME_CHARACTERS);
    const badge = badgeOf(stream.state);
    const badgeElement = element.querySelector('.badge');
    if (badgeElement.className !== badge.className) badgeElement.className = badge.className;
    setText(badgeElement, badge.text);
    const link = element.querySelector('.stream-name a');
    setText(link, stream.name);
    link.href = `/${stream.name}/watchLive`;
    const isOver = stream.state === 'ended';
    const viewers = isOver ? '' : word('count.viewers', { count: stream.viewers });
    setText(element.querySelector('.stream-viewers'), viewers);
    this.#showTags(pictureTags(stream));
    stills.show(element.querySelector('.stream-still'), isOver ? null : stream.stillUrl ?? null);
    this.showTime();
  }

  /** What changes by itself. */
  showTime() {
    if (this.stream) setText(this.element.querySelector('.stream-since'), sinceWords(this.stream));
  }

  #showTags(texts) {
    const list = this.element.querySelector('.stream-tags');
    const shown = [...list.children].map((tag) => tag.textContent);
    if (shown.join('\n') === texts.join('\n')) return;
    list.replaceChildren(...texts.flatMap((text, index) => {
      const tag = document.createElement('span');
      tag.className = 'tag';
      tag.textContent = text;
      return index === 0 ? [tag] : [' ', tag];
    }));
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
