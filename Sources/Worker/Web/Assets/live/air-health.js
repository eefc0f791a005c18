// How the broadcast is doing, in a word, a sentence, and what to do about it: the one thing that
// matters most now, of all that can be wrong between camera and server. Pure: figures and the time
// in, words out.

import { formatSeconds } from '../common/format.js';
import { word } from '../common/words.js';
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
    if (figures.stillMs >= STILL_MS) return still();
    if (isSlow && upload.level !== 'bad') return slowWords(figures);
    const isMute = figures.soundRoute === 'silence' || figures.soundRoute === 'none';
    if (isMute && figures.isSoundHeld && upload.level === 'good') return mute();
    return {};
  }
}

function still() {
  return {
    level: 'bad', title: word('health.nothing.title'), lowerBps: null,
    advice: word('health.nothing.text'),
  };
}

function mute() { return { level: 'behind', title: word('health.mute.title'), advice: '' }; }

function slowWords({ encoder, plan, hasLighterCodec }) {
  const step = easierStep({ hasLighterCodec, size: plan.size, encoder });
  return {
    level: 'bad',
    title: word('health.slow.title', { size: plan.size.id }),
    advice: wordsForLack(encoder),
    offer: step ? word('health.slow.offer') : word('health.slow.no-offer'),
    lowerBps: null,
    step,
  };
}

function wordsForLack({ behindMs, framesPerSecond }) {
  const time = formatSeconds(behindMs);
  if (framesPerSecond === null) return word('health.slow.late', { time });
  const count = Math.round(framesPerSecond);
  return behindMs < LATE_MS
    ? word('health.slow.rate', { count }) : word('health.slow.late-and-rate', { time, count });
}

function soundNote({ soundRoute, isSoundHeld }) {
  switch (soundRoute) {
    case 'microphone':
      return isSoundHeld ? word('health.held.microphone') : word('health.stood.microphone');
    case 'silence':
      return isSoundHeld ? word('health.held.silence') : word('health.stood.silence');
    case 'none':
      return isSoundHeld ? word('health.held.none') : word('health.stood.none');
    default: return '';
  }
}

function heldBackNote({ heldBackMs }) {
  if (heldBackMs < HELD_BACK_MS) return '';
  return word('health.held-back', { time: formatSeconds(heldBackMs) });
}
