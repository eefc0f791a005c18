// How the broadcast is doing, in a word, a sentence, and what to do about it: the one thing that
// matters most now, of all that can be wrong between camera and server. Pure: figures and the time
// in, words out.

import { formatCount, formatSeconds } from '../common/format.js';
import { EncoderHealth, easierStep } from './encoder-health.js';
import { UploadHealth } from './upload-health.js';

/** From then on, a lack of recorded media is worth mentioning. */
const STILL_MS = 2_500;
/** A smaller delay is not worth mentioning. */
const LATE_MS = 500;
/** Viewers do not notice when it is held back for less. */
const HELD_BACK_MS = 1_000;

/**
 * @typedef {object} AirFigures
 * @property {Parameters<UploadHealth['judge']>[0]} upload
 * @property {number} stillMs for how long no media has come from the recorder
 * @property {import('./encoder-health.js').EncoderFigures} encoder
 * @property {{id: string, size: import('./quality.js').Size}} plan what is recorded: codec and size
 * @property {boolean} hasLighterCodec
 * @property {import('./repair-ladder.js').SoundRoute | null} soundRoute
 * @property {boolean} isSoundHeld the browser holds the mix of all sounds back
 * @property {number} heldBackMs by the server, in all
 */

export class AirHealth {
  #upload = new UploadHealth();
  #encoder = new EncoderHealth();

  /** The recorder was started anew: what is known is about another encoder. */
  recordsAnew() { this.#encoder = new EncoderHealth(); }

  /**
   * @param {AirFigures} figures
   * @param {number} nowMs
   * @returns {{level: import('./upload-health.js').Level, lagMs: number,
   *   framesPerSecond: number | null, title: string, advice: string, reason: string,
   *   lowerBps: number | null, step: import('./encoder-health.js').EasierStep | null,
   *   isSlow: boolean}} lowerBps, step: to be offered
   */
  judge(figures, nowMs) {
    const upload = this.#upload.judge(figures.upload, nowMs);
    const isSlow = this.#encoder.judge(figures.encoder, nowMs);
    const { behindMs, framesPerSecond } = figures.encoder;
    const { offer = '', ...health } = {
      ...upload, lagMs: upload.lagMs + behindMs, framesPerSecond, step: null, isSlow,
      ...this.#worst(figures, upload, isSlow),
    };
    // The offer last: its button comes next.
    const advice = [health.advice, soundNote(figures), heldBackNote(figures), offer];
    return { ...health, advice: advice.filter(Boolean).join(' ') };
  }

  /** What to say instead of the state of the upload. */
  #worst(figures, upload, isSlow) {
    if (upload.level === 'offline') return {};
    if (figures.stillMs >= STILL_MS) return STILL;
    if (isSlow && upload.level !== 'bad') return slowWords(figures);
    const isMute = figures.soundRoute === 'silence' || figures.soundRoute === 'none';
    if (isMute && figures.isSoundHeld && upload.level === 'good') return MUTE;
    return {};
  }
}

const STILL = {
  level: 'bad', title: 'Nothing is recorded', lowerBps: null,
  advice: 'This browser gives neither picture nor sound just now. It is started anew.',
};

const MUTE = { level: 'behind', title: 'Viewers hear nothing', advice: '' };

function slowWords({ encoder, plan, hasLighterCodec }) {
  const step = easierStep({ hasLighterCodec, size: plan.size, encoder });
  return {
    level: 'bad',
    title: `This device is too slow for ${plan.size.id}`,
    advice: `It ${wordsForLack(encoder)}. The upload is not the reason.`,
    offer: step ? 'What costs less helps:' : 'End other programs on it.',
    lowerBps: null,
    step,
  };
}

function wordsForLack({ behindMs, framesPerSecond }) {
  const late = `is ${formatSeconds(behindMs)} late`;
  if (framesPerSecond === null) return late;
  const rate = `${formatCount(Math.round(framesPerSecond), 'picture', 'pictures')} a second`;
  return behindMs < LATE_MS ? `makes ${rate}` : `${late}, with ${rate}`;
}

const SOUND_NOTES = {
  microphone: 'sound comes straight from the microphone',
  silence: 'silence is sent in its place',
  none: 'only the picture is sent',
};

function soundNote({ soundRoute, isSoundHeld }) {
  const note = SOUND_NOTES[soundRoute ?? ''];
  if (!note) return '';
  return isSoundHeld
    ? `This browser holds the sound back: ${note}, until it comes by itself.`
    : `The mixed sound stood still: ${note}. It is tried again by itself.`;
}

function heldBackNote({ heldBackMs }) {
  if (heldBackMs < HELD_BACK_MS) return '';
  return `The server has held it back for ${formatSeconds(heldBackMs)} in all, because it came `
    + 'faster than time goes.';
}
