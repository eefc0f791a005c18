// Puts the player to sleep while it is neither seen nor heard, and wakes it (slumber.js decides).

import { isInSmallWindow } from './screen.js';
import { Slumber } from './slumber.js';

const LOOK_MS = 1_000;

export class Sleeper {
  #slumber = new Slumber();
  #video;
  #player;
  #sound;

  /**
   * @param {HTMLVideoElement} video
   * @param {import('./player.js').Player} player
   * @param {import('./sound.js').Sound} sound
   */
  constructor(video, player, sound) {
    this.#video = video;
    this.#player = player;
    this.#sound = sound;
    document.addEventListener('visibilitychange', () => this.look());
    for (const event of ['enterpictureinpicture', 'leavepictureinpicture']) {
      video.addEventListener(event, () => this.look());
    }
    setInterval(() => this.look(), LOOK_MS);
  }

  /** After every change of what is seen or heard. */
  look() {
    const { isMuted } = this.#sound;
    const isAsleep = this.#slumber.decide({
      nowMs: performance.now(),
      isHidden: document.hidden,
      // A television that shows it is one that somebody looks at.
      isInSmallWindow: isInSmallWindow(this.#video)
        || this.#video.webkitCurrentPlaybackTargetIsWireless === true,
      isSilent: isMuted || !this.#player.hasSound,
      isPaused: this.#player.facts.isPaused,
    });
    if (isAsleep) this.#player.sleep();
    else this.#player.rouse();
  }
}
