// Whether the device keeps up with the recording, and what would help. Pure: figures and the time
// in, a judgement out.

import { smallerSize } from './quality.js';

/** Newer than this is as good as at once. */
const BEHIND_MS = 1_000;
/** Of the pictures that come in. */
const LEAST_SHARE = 0.6;
/** One hiccup is not a weakness. */
const LASTING_MS = 3_000;
const CALM_MS = 5_000;
/** A step has to achieve this share of the pictures that come in. */
const GOAL_SHARE = 0.85;
/** So much less work the lighter codec is, at least. */
const CODEC_GAIN = 1.5;

/**
 * @typedef {object} EncoderFigures
 * @property {number} behindMs how late the newest picture came out
 * @property {number | null} framesPerSecond that come out; null when that is not known yet
 * @property {number | null} sourceFramesPerSecond that come in
 *
 * @typedef {object} EasierStep
 * @property {boolean} hasLighterCodec a codec that costs less
 * @property {import('./quality.js').Size | null} size a smaller one; null for the same
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
 * A step that costs the device so much less that it is likely to be enough: a lighter codec first,
 * since that is the least visible, and then as much of the size as it takes.
 * @param {object} now
 * @param {boolean} now.hasLighterCodec one is there that is not in use
 * @param {import('./quality.js').Size} now.size
 * @param {EncoderFigures} now.encoder
 * @returns {EasierStep | null} null when it is the least already
 */
export function easierStep({ hasLighterCodec, size, encoder }) {
  const neededGain = GOAL_SHARE / shareOf(encoder);
  let gain = hasLighterCodec ? CODEC_GAIN : 1;
  let next = size;
  for (;;) {
    const smaller = smallerSize(next);
    const isEnough = gain >= neededGain && (hasLighterCodec || next !== size);
    if (isEnough || smaller === null) break;
    gain *= pixelsOf(next) / pixelsOf(smaller);
    next = smaller;
  }
  if (!hasLighterCodec && next === size) return null;
  return { hasLighterCodec, size: next === size ? null : next };
}

/** Of the pictures that come in, how many come out; 1 when that is not known. */
function shareOf({ framesPerSecond, sourceFramesPerSecond }) {
  if (framesPerSecond === null || !(sourceFramesPerSecond > 0)) return 1;
  return Math.min(1, framesPerSecond / sourceFramesPerSecond);
}

function pixelsOf({ width, height }) { return width * height; }
