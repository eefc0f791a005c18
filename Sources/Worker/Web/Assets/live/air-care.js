// Looks after the inputs of the recorder while on air, so that a dispensable input never stops the
// rest. A camera that gives no picture is covered until it does. Sound that the browser holds back
// is taken from elsewhere until it flows. A recorder that gives nothing is started anew with
// something changed (repair-ladder.js).

import { RepairLadder } from './repair-ladder.js';

/** Sound that comes and goes is not followed: viewers would hear a break each time. */
const RETURN_AFTER_MS = 4_000;
/**
 * If the mix was given up although the browser lets it run, it may not have been to blame. It is
 * tried again after this, and each further time after twice as long.
 */
const TRY_AGAIN_MS = { first: 15_000, most: 300_000 };

/**
 * @typedef {import('./repair-ladder.js').SoundRoute} SoundRoute
 * @typedef {import('./repair-ladder.js').Fault} Fault
 */

export class AirCare {
  #studio;
  #size;
  #recordAnew;
  #onPicture;
  #onGivenUp;
  #ladder = new RepairLadder();
  #isBusy = false;
  /** @type {[Fault, any] | null} came up while another was being mended */
  #nextFault = null;
  /** @type {SoundRoute} where sound should come from */
  route = 'mix';
  /** @type {SoundRoute | null} where it comes from; null without sound */
  usedRoute = null;
  /** Since when sound comes from elsewhere because the browser holds the mix back. */
  #heldSinceMs = Infinity;
  /** Since when it comes from elsewhere, for any reason, and when to try again. */
  #elsewhereSinceMs = Infinity;
  #tryAgainMs = TRY_AGAIN_MS.first;
  /** A codec that costs less was needed. */
  needsLightCodec = false;
  /** Whether there is a cheaper codec that is not in use; the page keeps it up to date. */
  hasLighterCodec = false;

  /**
   * @param {import('./studio.js').Studio} studio
   * @param {object} handlers
   * @param {() => import('./quality.js').Size} handlers.size that is wished for
   * @param {() => Promise<void>} handlers.recordAnew with what the studio has now
   * @param {(isThere: boolean) => void} handlers.onPicture whether the camera gives a picture
   * @param {(fault: Fault, answer: any) => void} handlers.onGivenUp nothing is left to be tried
   */
  constructor(studio, { size, recordAnew, onPicture, onGivenUp }) {
    this.#studio = studio;
    this.#size = size;
    this.#recordAnew = recordAnew;
    this.#onPicture = onPicture;
    this.#onGivenUp = onGivenUp;
  }

  /** Something else was chosen: everything may be tried again. */
  begin() {
    this.#ladder = new RepairLadder();
    this.route = 'mix';
    this.needsLightCodec = false;
    this.#heldSinceMs = Infinity;
    this.#tryAgainMs = TRY_AGAIN_MS.first;
  }

  /** @param {SoundRoute | null} route what is recorded from now on */
  recordsFrom(route) {
    this.usedRoute = route;
    const isElsewhere = route !== null && route !== 'mix';
    this.#elsewhereSinceMs = isElsewhere ? performance.now() : Infinity;
    const isHeld = isElsewhere && !this.#studio.soundFacts.isMixRunning;
    if (isHeld && this.#heldSinceMs === Infinity) this.#heldSinceMs = performance.now();
    if (!isHeld) this.#heldSinceMs = Infinity;
  }

  /** Whether sound comes from elsewhere because the browser holds the mix back. */
  get isSoundHeld() { return this.#heldSinceMs !== Infinity; }

  /** To be called a few times a second while on air. */
  look(nowMs) {
    const studio = this.#studio;
    studio.look(nowMs);
    if (this.#isBusy) return;
    if (studio.isCovered && studio.isPictureFlowing) {
      this.#run(() => this.#uncover());
    } else if (studio.pictureKind === 'camera' && !studio.isPictureFlowing) {
      this.#run(() => this.#cover());
    } else if (this.usedRoute === 'mix' && !studio.isSoundFlowing) {
      this.fault('silent', null);
    } else if (nowMs - this.#heldSinceMs > RETURN_AFTER_MS && studio.soundFacts.isMixRunning) {
      this.#run(() => this.#returnToMix());
    } else if (nowMs - this.#elsewhereSinceMs > this.#tryAgainMs && studio.soundFacts.isMixRunning) {
      this.#tryAgainMs = Math.min(TRY_AGAIN_MS.most, 2 * this.#tryAgainMs);
      this.#run(() => this.#returnToMix());
    }
  }

  /**
   * The recorder has failed.
   * @param {Fault} fault
   * @param {import('./publish-answer.js').Answer | null} answer
   */
  fault(fault, answer) {
    // That nothing comes is noticed again.
    if (this.#isBusy && fault !== 'silent') this.#nextFault = [fault, answer];
    if (!this.#isBusy) this.#run(() => this.#repair(fault, answer));
  }

  async #run(act) {
    this.#isBusy = true;
    try {
      await act();
    } finally {
      this.#isBusy = false;
    }
    const next = this.#nextFault;
    this.#nextFault = null;
    if (next) this.fault(...next);
  }

  async #repair(fault, answer) {
    for (;;) {
      const step = this.#ladder.next(fault, this.#facts, performance.now());
      if (step === null) return this.#onGivenUp(fault, answer);
      if (step === 'standby' && this.#studio.pictureKind === 'camera') return this.#cover();
      if (step !== 'resume' || await this.#studio.resumeSound()) {
        this.#take(step);
        return this.#recordAnew();
      }
    }
  }

  /** @param {import('./repair-ladder.js').Step} step */
  #take(step) {
    switch (step) {
      case 'codec': this.needsLightCodec = true; break;
      case 'resume': this.route = 'mix'; break;
      case 'microphone': this.route = 'microphone'; break;
      case 'silence': this.route = 'silence'; break;
      case 'no-sound': this.route = 'none'; break;
      case 'standby': this.#studio.openStandby(this.#size()); break;
      default:
    }
  }

  get #facts() {
    return {
      ...this.#studio.soundFacts,
      route: this.usedRoute ?? 'none',
      isPictureFlowing: this.#studio.isPictureFlowing,
      isStandby: this.#studio.pictureKind === 'standby',
      hasOtherCodec: this.hasLighterCodec,
    };
  }

  #cover() {
    this.#studio.cover(this.#size());
    this.#onPicture(false);
    return this.#recordAnew();
  }

  #uncover() {
    this.#studio.uncover();
    this.#onPicture(true);
    return this.#recordAnew();
  }

  #returnToMix() {
    this.route = 'mix';
    this.#ladder.forgive();
    return this.#recordAnew();
  }
}
