// Whether the device keeps up with what it is to record, and what would help. Pure: figures and the
// time in, a judgement out.

import { smallerSize } from './quality.js';

/** Newer than this is as good as at once. */
const BEHIND_MS = 1_000;
/** Of the pictures that come in. */
const LEAST_SHARE = 0.6;
/** One hiccup is no weakness. */
const LASTING_MS = 3_000;
const CALM_MS = 5_000;

/**
 * @typedef {object} EncoderFigures
 * @property {number} behindMs how late the newest picture came out
 * @property {number | null} framesPerSecond that come out; null when that is not known yet
 * @property {number | null} sourceFramesPerSecond that come in
 *
 * @typedef {{kind: 'codec'} | {kind: 'size', size: import('./quality.js').Size}} EasierStep
 */

export class EncoderHealth {
  #isSlow = false;
  /** Since when it has been other than `#isSlow` says. */
  #otherSinceMs = null;

  /**
   * @param {EncoderFigures} figures
   * @param {number} nowMs
   * @returns {boolean} whether it is too slow
   */
  judge(figures, nowMs) {
    if (lagsNow(figures) === this.#isSlow) {
      this.#otherSinceMs = null;
      return this.#isSlow;
    }
    this.#otherSinceMs ??= nowMs;
    const patienceMs = this.#isSlow ? CALM_MS : LASTING_MS;
    if (nowMs - this.#otherSinceMs >= patienceMs) {
      this.#isSlow = !this.#isSlow;
      this.#otherSinceMs = null;
    }
    return this.#isSlow;
  }
}

function lagsNow({ behindMs, framesPerSecond, sourceFramesPerSecond }) {
  if (behindMs >= BEHIND_MS) return true;
  if (framesPerSecond === null || sourceFramesPerSecond === null) return false;
  return framesPerSecond < sourceFramesPerSecond * LEAST_SHARE;
}

/**
 * What costs the device less.
 * @param {object} now
 * @param {boolean} now.hasLighterCodec one is there that is not in use
 * @param {import('./quality.js').Size} now.size
 * @returns {EasierStep | null} null when it is the least already
 */
export function easierStep({ hasLighterCodec, size }) {
  if (hasLighterCodec) return { kind: 'codec' };
  const smaller = smallerSize(size);
  return smaller && { kind: 'size', size: smaller };
}
