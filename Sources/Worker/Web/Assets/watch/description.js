// What is said of a broadcast in some lines: the first four of them, and the rest on request.

import { setWords } from '../common/face.js';
import { word } from '../common/words.js';
import { outsideLink, partsOf } from './links.js';

export class Description {
  #element;
  #more;
  #isOpen = false;

  /** @param {Record<string, HTMLElement>} elements   by id */
  constructor({ description, 'description-more': more }) {
    this.#element = description;
    this.#more = more;
    this.#fill(description.textContent);
    this.#fold();
    more.addEventListener('click', () => {
      this.#isOpen = !this.#isOpen;
      this.#fold();
    });
    // How many lines it has depends on its width.
    new ResizeObserver(() => this.#offerMore()).observe(description);
  }

  /** @param {string} text @param {string | null} language */
  show(text, language) {
    if (this.#element.textContent === text) return;
    setWords(this.#element, '', language);
    this.#fill(text);
    this.#offerMore();
  }

  #fill(text) {
    this.#element.replaceChildren(...partsOf(text).map(
      (part) => (part.address ? outsideLink(part.address, part.text) : part.text)));
  }

  #fold() {
    this.#element.dataset.folded = !this.#isOpen;
    this.#more.setAttribute('aria-expanded', this.#isOpen);
    this.#more.textContent = this.#isOpen ? word('watch.less') : word('watch.more');
    this.#offerMore();
  }

  #offerMore() {
    const { scrollHeight, clientHeight } = this.#element;
    this.#more.hidden = !this.#isOpen && scrollHeight <= clientHeight + 1;
  }
}
