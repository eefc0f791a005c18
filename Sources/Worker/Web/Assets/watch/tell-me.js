// Tells a viewer who asks for it, with a notification of the system, that the broadcast has begun, as long as
// the page is open. A page that is not seen gets no events, so it asks now and then.

import { word } from '../common/words.js';
import { isNobodyLive } from './player-state.js';

/** Browsers make it a minute in tabs that nobody has seen for a while. */
const ASK_EVERY_MS = 20_000;

export class TellMe {
  #button;
  #view;
  #icon;
  #state = '';
  #timer = 0;

  /**
   * @param {HTMLButtonElement} button
   * @param {import('./face-view.js').FaceView} view
   * @param {string} icon   address of a picture
   */
  constructor(button, view, icon) {
    this.#button = button;
    this.#view = view;
    this.#icon = icon;
    button.addEventListener('click', () => this.#press());
  }

  /** After every change. @param {import('./player-state.js').PlayerState} state */
  show(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#button.hidden = !(isNobodyLive(state) && mayNotify());
    if (state === 'playing' && this.#isArmed) this.#tell();
  }

  get #isArmed() { return this.#timer !== 0; }

  async #press() {
    if (this.#isArmed) {
      this.#disarm();
      return;
    }
    const answer = await Notification.requestPermission();
    if (answer === 'denied') {
      this.#button.textContent = word('watch.tell-me.blocked');
      this.#button.disabled = true;
    }
    // A question that was only put away may be asked again.
    if (answer !== 'granted') return;
    this.#button.textContent = word('watch.tell-me.on');
    this.#timer = setInterval(() => this.#ask(), ASK_EVERY_MS);
  }

  #disarm() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#button.textContent = word('watch.tell-me');
  }

  async #ask() {
    if (!document.hidden) return;
    try {
      const response = await fetch(`/api/streams/${this.#view.face.name}`, { cache: 'no-store' });
      const isLive = response.ok && (await response.json()).state === 'live';
      if (isLive && this.#isArmed) this.#tell();
    } catch {
      // The next time.
    }
  }

  #tell() {
    this.#disarm();
    try {
      this.#notify();
    } catch {
      // A browser that has notifications but not for pages. This page plays all the same.
    }
  }

  #notify() {
    const { face, shownName } = this.#view;
    const notification = new Notification(word('watch.document.live', { name: shownName }), {
      body: face.title, icon: face.pictureUrl ?? this.#icon, tag: `weir-${face.name}`,
    });
    notification.addEventListener('click', () => {
      window.focus();
      notification.close();
    });
  }
}

/** Android and iOS let only a service worker notify, and say so when it is too late. */
function mayNotify() {
  const isPhone = /android/i.test(navigator.userAgent) || navigator.standalone !== undefined;
  return 'Notification' in window && Notification.permission !== 'denied' && !isPhone;
}
