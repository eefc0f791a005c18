// Checks once a second whether everything that should be seen is seen (vigil.js), and acts when it
// is not (remedy.js).

import { hasPicture } from './codecs.js';
import { Remedy } from './remedy.js';
import { isInSmallWindow } from './screen.js';
import { Vigil } from './vigil.js';

const LOOK_MS = 1_000;

export class Care {
  #video;
  #feed;
  #handlers;
  #vigil = new Vigil();
  #remedy = new Remedy();
  #arrivals = 0;
  #plainSinceMs = null;
  /** What stands until something moves again. */
  #verdict = 'fine';
  #last = null;

  /**
   * @param {HTMLVideoElement} video
   * @param {import('./feed.js').Feed} feed
   * @param {object} handlers
   * @param {() => boolean} handlers.isExpected   whether something should be moving
   * @param {(verdict: import('./vigil.js').Verdict) => void} handlers.onVerdict   when it changes
   * @param {() => boolean} handlers.seek   to the newest that is in hand; false when there is none
   * @param {() => void} handlers.askAgain
   */
  constructor(video, feed, handlers) {
    this.#video = video;
    this.#feed = feed;
    this.#handlers = handlers;
    setInterval(() => this.#look(), LOOK_MS);
  }

  /** Another source. */
  reset() {
    this.#vigil.reset();
    this.#last = null;
    this.#arrivals = 0;
    this.#plainSinceMs = performance.now();
  }

  noteMedia() { this.#arrivals += 1; }

  #look() {
    const isExpected = this.#handlers.isExpected() && this.#feed.isOpen;
    const sample = { ...this.#sample(), isExpected };
    const verdict = this.#vigil.look(sample);
    const isOver = !isExpected || this.#isCured(sample);
    this.#last = sample;
    if (verdict !== 'fine' || isOver) this.#say(verdict);
    if (this.#isPlainInVain(isExpected)) this.#feed.noteUnplayable();
    else if (verdict !== 'fine') this.#act(verdict);
  }

  #say(verdict) {
    if (verdict === this.#verdict) return;
    this.#verdict = verdict;
    this.#handlers.onVerdict(verdict);
  }

  /** Whether playing moves again after a standstill, within the same source. */
  #isCured({ positionS, frames, isSeen }) {
    if (!this.#last) return false;
    const hasMoved = positionS > this.#last.positionS;
    return this.#verdict === 'no-picture' && isSeen ? frames > this.#last.frames : hasMoved;
  }

  #sample() {
    const { tracks, mimeType, lack } = this.#feed;
    const isSeen = hasPicture(mimeType) && lack?.kind !== 'video'
      && (!document.hidden || isInSmallWindow(this.#video))
      // Sent on to a television, it is shown there.
      && !this.#video.webkitCurrentPlaybackTargetIsWireless;
    return {
      nowMs: performance.now(),
      isSeen,
      positionS: this.#video.currentTime,
      frames: this.#video.getVideoPlaybackQuality().totalVideoFrames,
      arrivals: tracks ? tracks.counts.video + tracks.counts.audio : this.#arrivals,
      pictures: tracks?.counts.video ?? null,
    };
  }

  /** Nothing is shown of what the element reads by itself, although it reads. */
  #isPlainInVain(isExpected) {
    if (!isExpected || !this.#isPlainWaiting) {
      this.#plainSinceMs = performance.now();
      return false;
    }
    const isOver = performance.now() - this.#plainSinceMs > this.#feed.patienceMs;
    return isOver && this.#arrivals > 0;
  }

  get #isPlainWaiting() {
    return this.#feed.isPlain && this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  #act(verdict) {
    // The element would be given the same media again.
    if (this.#isPlainWaiting || (this.#feed.isPlain && verdict === 'no-picture')) return;
    switch (this.#remedy.next(performance.now(), verdict)) {
      case 'seek':
        if (!this.#handlers.seek()) this.#handlers.askAgain();
        break;
      case 'other-way':
        this.#feed.tryOtherWay();
        this.#handlers.askAgain();
        break;
      case 'again':
        this.#handlers.askAgain();
        break;
      default: return;
    }
    this.#vigil.reset();
  }
}
