// Says under the form who will be able to watch, and offers the codec with which more people can.

import { word } from '../common/words.js';
import { WIDEST_CODEC_ID } from './codec-choice.js';
import { wordsForCodec } from './audience-words.js';
import { canRecord, planRecording } from './recording-plan.js';
import { videoBitrateBps } from './quality.js';

const find = (id) => document.getElementById(id);

export class AudienceNote {
  #form;
  /** Of several changes at once, the last one counts. */
  #changes = 0;

  /**
   * @param {import('./setup-form.js').SetupForm} form
   * @param {() => void} onChange   another codec was chosen
   */
  constructor(form, onChange) {
    this.#form = form;
    find('use-widest').onclick = async () => {
      form.codecID = WIDEST_CODEC_ID;
      onChange();
      await this.show();
      // The button is gone: what it did is said where it was.
      find('audience-note').focus();
    };
  }

  /** After every change of the form. */
  async show() {
    this.#changes += 1;
    const change = this.#changes;
    const { size, codecChoice, bitrateChoice, microphone } = this.#form.wish;
    const hasSound = microphone !== 'none';
    const { codec } = await planRecording(
      { size, codecChoice }, videoBitrateBps(bitrateChoice, size), hasSound);
    if (change !== this.#changes) return;
    find('audience-note').textContent = word(
      'audience.codec', { codec: codec.label, who: wordsForCodec(codec.id, hasSound) });
    find('use-widest').hidden = codec.id === WIDEST_CODEC_ID || !canRecord(WIDEST_CODEC_ID);
  }
}
