// Three, two, one, over the picture: time to sit straight. It can be cancelled, and is said aloud.

import { announce } from '../common/announce.js';
import { numberText, word } from '../common/words.js';

const FROM = 3;
const STEP_MS = 1_000;

export class Countdown {
  #number = document.getElementById('countdown');
  #timer = 0;
  /** @type {((isOver: boolean) => void) | null} while it runs */
  #finish = null;

  constructor() {
    addEventListener('keydown', ({ key }) => { if (key === 'Escape') this.cancel(); });
  }

  /** @returns {Promise<boolean>} true when it is over; false when it was cancelled */
  run() {
    this.cancel();
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#count(FROM);
    });
  }

  cancel() { this.#end(false); }

  #count(number) {
    if (number === 0) {
      this.#end(true);
      return;
    }
    const figure = document.createElement('span');
    figure.textContent = numberText(number);
    // A new element, so that its animation begins anew.
    this.#number.replaceChildren(figure);
    this.#number.hidden = false;
    announce(number === FROM ? word('countdown.begins', { count: number }) : `${numberText(number)}.`);
    this.#timer = setTimeout(() => this.#count(number - 1), STEP_MS);
  }

  #end(isOver) {
    clearTimeout(this.#timer);
    this.#number.hidden = true;
    const finish = this.#finish;
    this.#finish = null;
    finish?.(isOver);
  }
}
