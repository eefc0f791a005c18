// What to do and to say when a camera, a screen or a microphone goes away during a broadcast, or
// comes back.

import { watchDevices } from './devices.js';
import {
  wordsForLostMicrophone, wordsForLostPicture, wordsForStillPicture,
} from './failure-words.js';

/**
 * @typedef {object} Desk the page, as far as it is needed here
 * @property {import('./studio.js').Studio} studio
 * @property {import('./setup-form.js').SetupForm} form
 * @property {import('./stage.js').Stage} stage
 * @property {import('./notice.js').Notice} notice
 * @property {() => boolean} isOnAir
 * @property {() => Promise<void>} recordAnew with what the studio has now
 * @property {(hasChanges: boolean) => void} markChanges something is to be applied
 */

export class LostInputs {
  #desk;
  #isMicrophoneLost = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    watchDevices(() => this.#reopenMicrophone());
  }

  /** Everything was opened anew. */
  begin() { this.#isMicrophoneLost = false; }

  /** @param {import('./sources.js').PictureKind} kind */
  pictureEnded(kind) {
    const { studio, form, stage, notice } = this.#desk;
    if (this.#desk.isOnAir()) {
      studio.openStandby(form.wish.size);
      notice.show(wordsForLostPicture(kind));
      this.#desk.markChanges(true);
      this.#desk.recordAnew();
    } else {
      studio.close();
    }
    stage.show(form.wish.source);
  }

  /** A camera that is open gives no picture, or gives one again. */
  pictureFlows(isThere) {
    const { form, stage, notice } = this.#desk;
    if (isThere) notice.hide();
    else notice.show(wordsForStillPicture());
    stage.show(form.wish.source);
  }

  /** @param {boolean} isRecordedAlone not mixed: the recorder would wait for it */
  microphoneEnded(isRecordedAlone) {
    this.#isMicrophoneLost = true;
    this.#desk.notice.show(wordsForLostMicrophone());
    if (this.#desk.isOnAir() && isRecordedAlone) this.#desk.recordAnew();
  }

  /** A device was plugged in: perhaps it is the microphone again. */
  async #reopenMicrophone() {
    if (!this.#isMicrophoneLost || !this.#desk.isOnAir()) return;
    try {
      await this.#desk.studio.reopenMicrophone(this.#desk.form.wish.microphone);
      this.#isMicrophoneLost = false;
      this.#desk.notice.hide();
    } catch {
      // Not yet.
    }
  }
}
