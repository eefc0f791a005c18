// What is said over the picture, and offered, while nobody is live. Loaded when that is so for the first time.

import { setText } from '../common/face.js';
import { lastTimeWords } from './offline.js';
import { TellMe } from './tell-me.js';

export class Waiting {
  #tellMe;
  #lastTime;

  /**
   * @param {Record<string, HTMLElement>} elements   by id
   * @param {import('./face-view.js').FaceView} view
   * @param {string} icon   address of a picture
   */
  constructor(elements, view, icon) {
    this.#tellMe = new TellMe(elements['tell-me'], view, icon);
    this.#lastTime = elements['last-time'];
  }

  /**
   * After every change, also while somebody is live.
   * @param {import('./player-state.js').PlayerState} state
   * @param {object | null} channel   as the API describes it; null: not known (yet)
   */
  show(state, channel) {
    this.#tellMe.show(state);
    setText(this.#lastTime, state === 'offline' ? lastTimeWords(channel?.lastBroadcast) : '');
  }
}
