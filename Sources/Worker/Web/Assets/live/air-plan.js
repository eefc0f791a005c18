// What is recorded on air, and how: from the choices in the form, the contents of the studio, and
// the findings so far (air-care.js).

import { LIGHTEST_CODEC_ID } from './codec-choice.js';
import { videoBitrateBps } from './quality.js';
import { hasLightestCodec, planRecording, rememberSlow } from './recording-plan.js';

export class AirPlan {
  #studio;
  #form;
  #care;
  /** @type {import('./recorder.js').RecordingPlan | null} what is recorded now */
  #plan = null;
  /** Viewers stay as long as the tracks are the same, so sound is not taken away again. */
  #hasSound = false;
  /** The codec in the form when something was last chosen. */
  #codecChoice = null;

  /**
   * @param {import('./studio.js').Studio} studio
   * @param {import('./setup-form.js').SetupForm} form
   * @param {import('./air-care.js').AirCare} care
   */
  constructor(studio, form, care) {
    this.#studio = studio;
    this.#form = form;
    this.#care = care;
  }

  /** A broadcast begins. */
  begin() {
    this.#hasSound = false;
    this.#codecChoice = null;
    this.chosenAnew();
  }

  /** Something else was chosen while on air. */
  chosenAnew() {
    const { microphone, codecChoice } = this.#form.wish;
    this.#hasSound ||= microphone !== 'none';
    // Another picture is no reason to retry a codec that was too slow.
    const keepsCodec = this.#care.needsLightCodec && codecChoice === this.#codecChoice;
    this.#codecChoice = codecChoice;
    this.#care.begin();
    this.#care.needsLightCodec = keepsCodec;
  }

  /** @param {number | null} videoBps null for what the form says */
  async prepare(videoBps) {
    const { wish } = this.#form;
    const { stream, route } = await this.#studio.recordable(this.#hasSound, this.#care.route);
    this.#care.recordsFrom(route);
    // Sound that was given up for now comes back.
    this.#hasSound = route !== null;
    const codecChoice = this.#care.needsLightCodec ? LIGHTEST_CODEC_ID : wish.codecChoice;
    const plan = await planRecording(
      { size: wish.size, codecChoice }, videoBps ?? videoBitrateBps(wish.bitrateChoice, wish.size),
      route !== null && route !== 'none');
    this.#plan = plan;
    this.#care.hasLighterCodec = plan.codec.id !== LIGHTEST_CODEC_ID && hasLightestCodec();
    return { stream, plan };
  }

  /** This device is too slow for the codec that is in use. @returns what was in use */
  useLightCodec() {
    if (this.#form.wish.codecChoice === 'auto') rememberSlow(this.#plan);
    else this.#form.codecID = LIGHTEST_CODEC_ID;
    this.#care.needsLightCodec = true;
    return this.#plan;
  }

  get codecID() { return this.#plan?.codec.id ?? ''; }

  get videoBps() { return this.#plan?.videoBps ?? null; }

  /** Whether the browser's word for a codec is still to be proved. */
  get isCodecGuessed() {
    return this.#form.wish.codecChoice === 'auto' && !this.#care.needsLightCodec;
  }

  /** @returns {import('./air-monitor.js').Situation} */
  get situation() {
    return {
      plan: this.#plan,
      sourceFramesPerSecond: this.#studio.framesPerSecond,
      hasLighterCodec: this.#care.hasLighterCodec,
      soundRoute: this.#care.usedRoute,
      isSoundHeld: this.#care.isSoundHeld,
    };
  }
}
