// What to change when a recording does not go on. Each step is different from those tried before:
// the same recorder with the same inputs would fail again. A dispensable input is given up for the
// rest, sound before the picture. Pure.

/**
 * @typedef {'mix' | 'microphone' | 'silence' | 'none'} SoundRoute  where the recorder's sound comes
 *   from: all sources mixed, the microphone's own track, a track without sound, or no track
 * @typedef {'again' | 'codec' | 'resume' | 'microphone' | 'silence' | 'no-sound' | 'standby'} Step
 * @typedef {'silent' | 'failed' | 'bad-media'} Fault  nothing comes from the recorder; it has
 *   stopped by itself; the server cannot read it
 *
 * @typedef {object} Facts
 * @property {SoundRoute} route
 * @property {boolean} isMixRunning
 * @property {boolean} hasMicrophone a track of its own that could be recorded
 * @property {boolean} canBeSilent the browser can make a track without sound
 * @property {boolean} isPictureFlowing as far as is known
 * @property {boolean} isStandby the drawn picture stands in already
 * @property {boolean} hasOtherCodec one that costs less
 */

/** After this long without a fault, everything may be tried again. */
const CALM_MS = 60_000;

export class RepairLadder {
  /** @type {Set<Step>} */
  #tried = new Set();
  #triedAtMs = -Infinity;

  /**
   * @param {Fault} fault
   * @param {Facts} facts
   * @param {number} nowMs
   * @returns {Step | null} null when nothing is left
   */
  next(fault, facts, nowMs) {
    if (nowMs - this.#triedAtMs > CALM_MS) this.#tried.clear();
    const step = STEPS[fault](facts).find((each) => !this.#tried.has(each)) ?? null;
    if (step === null) return null;
    this.#tried.add(step);
    this.#triedAtMs = nowMs;
    return step;
  }

  /** What was given up works again, so it may be given up again. */
  forgive() { this.#tried.clear(); }
}

/** @type {Record<Fault, (facts: Facts) => Step[]>} */
const STEPS = {
  silent: stepsOfInputs,
  failed: (facts) => [...stepsOfRecorder(facts), ...stepsOfInputs(facts)],
  'bad-media': stepsOfRecorder,
};

function stepsOfRecorder({ hasOtherCodec }) {
  return hasOtherCodec ? ['again', 'codec'] : ['again'];
}

function stepsOfInputs(facts) {
  const { route, isMixRunning, hasMicrophone, canBeSilent, isPictureFlowing, isStandby } = facts;
  const isSoundSuspect = route === 'mix' && !isMixRunning;
  const sound = [
    isSoundSuspect && 'resume',
    hasMicrophone && route === 'mix' && 'microphone',
    canBeSilent && (route === 'mix' || route === 'microphone') && 'silence',
    route !== 'none' && 'no-sound',
  ];
  const picture = [!isStandby && 'standby'];
  const isPictureLast = isPictureFlowing || isSoundSuspect;
  return [...(isPictureLast ? sound : picture), ...(isPictureLast ? picture : sound)]
    .filter(Boolean);
}

/**
 * Where sound can come from, at best the way that is wished for.
 * @param {SoundRoute} wished
 * @param {Pick<Facts, 'isMixRunning' | 'hasMicrophone' | 'canBeSilent'>} facts
 * @returns {SoundRoute}
 */
export function bestRoute(wished, { isMixRunning, hasMicrophone, canBeSilent }) {
  const isThere = {
    mix: isMixRunning, microphone: hasMicrophone, silence: canBeSilent, none: true,
  };
  const routes = /** @type {SoundRoute[]} */ (Object.keys(isThere));
  return routes.slice(routes.indexOf(wished)).find((route) => isThere[route]) ?? 'none';
}
