// Watches whether open inputs also flow: pictures of a camera (when covered, or taken by another
// program, it stays open and gives none), and the mix of all sounds (which the browser may hold
// back). A recorder waits for each of its tracks, so one that stands still holds up the others.
// Pure except for the inputs that it looks at.

import { StallWatch } from './stall-watch.js';

/** A camera in the dark gives a picture every now and then. */
const PICTURE_PATIENCE_MS = 2_500;
/** One that the browser calls muted has stopped for sure. */
const MUTED_PATIENCE_MS = 1_000;
const RATE_WINDOW_MS = 3_000;
const RATE_SPAN_MS_MIN = 1_000;

export class FlowWatch {
  #picture = null;
  #isPictureFlowing = true;
  #isSoundFlowing = true;
  #frames = new StallWatch();
  #muted = new StallWatch();
  /** @type {{atMs: number, frames: number}[]} oldest first */
  #samples = [];

  get isPictureFlowing() { return this.#isPictureFlowing; }
  get isSoundFlowing() { return this.#isSoundFlowing; }

  /** What comes from the camera lately; null when that is not known. */
  get framesPerSecond() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || last.atMs - first.atMs < RATE_SPAN_MS_MIN) return null;
    return ((last.frames - first.frames) * 1000) / (last.atMs - first.atMs);
  }

  /**
   * @param {{isMuted: boolean, framesDelivered: number | null} | null} picture that is open
   * @param {{look(nowMs: number): boolean} | null} sound
   * @param {number} nowMs
   */
  look(picture, sound, nowMs) {
    if (picture !== this.#picture) this.#changeTo(picture);
    if (picture) this.#isPictureFlowing = this.#flows(picture, nowMs);
    this.#isSoundFlowing = sound === null || !sound.look(nowMs);
  }

  #changeTo(picture) {
    this.#picture = picture;
    this.#isPictureFlowing = true;
    this.#frames = new StallWatch();
    this.#muted = new StallWatch();
    this.#samples = [];
  }

  #flows({ isMuted, framesDelivered }, nowMs) {
    // It stands still as long as it is muted.
    const mutedMs = this.#muted.look(isMuted ? 'muted' : nowMs, nowMs);
    if (isMuted && mutedMs >= MUTED_PATIENCE_MS) return false;
    if (framesDelivered === null) return !isMuted || this.#isPictureFlowing;
    this.#samples.push({ atMs: nowMs, frames: framesDelivered });
    while (this.#samples[0].atMs < nowMs - RATE_WINDOW_MS) this.#samples.shift();
    return this.#frames.look(framesDelivered, nowMs) < PICTURE_PATIENCE_MS;
  }
}
