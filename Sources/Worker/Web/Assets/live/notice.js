// The one notice on the page: a title, a sentence, and what can be done about it.

import { announce } from '../common/announce.js';
import { word } from '../common/words.js';

/** @typedef {import('./failure-words.js').ActionName} ActionName */

const LABELS = {
  'take-over': () => word('act.take-over'),
  retry: () => word('act.retry'),
  'change-name': () => word('act.change-name'),
  'sign-in': () => word('act.sign-in'),
  reload: () => word('act.reload'),
  'use-camera': () => word('act.use-camera'),
  'use-screen': () => word('act.use-screen'),
  'use-test': () => word('act.use-test'),
  'without-words': () => word('act.without-words'),
};

export class Notice {
  #element = document.getElementById('notice');
  #title = document.getElementById('notice-title');
  #text = document.getElementById('notice-text');
  #actions = document.getElementById('notice-actions');
  #onAction;

  /** @param {(action: ActionName) => void} onAction a button was pressed; the notice is gone */
  constructor(onAction) {
    this.#onAction = onAction;
    document.getElementById('notice-close').onclick = () => this.hide();
  }

  /** @param {import('./failure-words.js').Words} words */
  show({ tone, title, text, actions }) {
    this.#element.className = `notice notice-${tone}`;
    this.#title.textContent = title;
    this.#text.textContent = text;
    this.#actions.replaceChildren(...actions.map((action, index) => this.#button(action, index)));
    this.#element.hidden = false;
    announce(word('notice.aloud', { title, text }));
  }

  get isShown() { return !this.#element.hidden; }

  hide() { this.#element.hidden = true; }

  #button(action, index) {
    const button = document.createElement('button');
    button.type = 'button';
    button.id = action;
    button.className = index === 0 ? 'button button-primary' : 'button';
    button.textContent = LABELS[action]();
    button.onclick = () => {
      this.hide();
      this.#onAction(action);
    };
    return button;
  }
}
