// One source of media after the other in the video element: asks, chooses how to play what comes,
// swaps sources without a flash, notices when one dies. What to ask for next is the player's
// business.

import { LiveSource, isStreamable } from './live-source.js';
import { PlainPlayer } from './plain-player.js';
import { Reception } from './reception.js';

/** Undecodable media twice within this time is not an accident. */
const ACCIDENT_MS = 30_000;

/** @typedef {LiveSource | PlainPlayer} Source */

/**
 * @typedef {object} FeedHandlers
 * @property {(source: Source, behindS: number, isOtherType: boolean) => void} onTake
 *   a source is about to take the element over
 * @property {() => void} onMedia        there is more to play
 * @property {(cause: 'complete' | 'broken') => void} onEnd   nothing more will come
 * @property {() => void} onGone         there is no media under this name now
 * @property {(trouble: 'network' | 'busy', leastMs?: number) => void} onFailure
 * @property {(trouble: 'codec' | 'damaged') => void} onObstacle
 */

export class Feed {
  /** Of what plays or was to play. */
  mimeType = '';
  /** Whether more may come from the source that is in the element. */
  isOpen = false;
  reception;

  #video;
  #still;
  #handlers;
  /** @type {Source | null} */
  #source = null;
  #undecodableAtMs = -Infinity;

  /**
   * @param {object} given
   * @param {string} given.name   of the stream
   * @param {HTMLVideoElement} given.video
   * @param {import('./still.js').Still} given.still
   * @param {FeedHandlers} given.handlers
   */
  constructor({ name, video, still, handlers }) {
    this.#video = video;
    this.#still = still;
    this.#handlers = handlers;
    this.reception = new Reception(name, (...answer) => this.#answered(...answer));
    video.addEventListener('error', () => {
      const isDecoding = video.error?.code === MediaError.MEDIA_ERR_DECODE;
      if (this.isOpen && this.#source.canSeek && isDecoding) this.#noteEnd('undecodable');
    });
  }

  /** Everything there was has been played. */
  get hasFinished() { return !this.isOpen && this.#video.ended; }

  /** Since when nothing has come, although it could; null when that says nothing. */
  get lastBytesAtMs() {
    const isReading = this.isOpen && this.#source.isAtEdge(performance.now());
    return isReading ? this.#source.lastBytesAtMs : null;
  }

  /** The connection is taken for dead. */
  breakOff() {
    this.#source.close();
    this.#noteEnd('broken');
  }

  /** Lets go of the network; what is in hand stays in the element. */
  close() {
    this.reception.stop();
    this.#source?.close();
    this.isOpen = false;
  }

  #answered(answer, controller, behindS) {
    switch (answer.kind) {
      case 'media': return this.#take(answer, controller, behindS);
      case 'gone': return this.#handlers.onGone();
      case 'busy': return this.#handlers.onFailure('busy', answer.retryAfterMs);
      default: return this.#handlers.onFailure('network');
    }
  }

  #take({ response, mimeType, url }, controller, behindS) {
    const isOtherType = mimeType !== this.mimeType;
    this.mimeType = mimeType;
    const source = this.#makeSource({
      response, mimeType, url, controller, video: this.#video,
      onMedia: () => { if (this.#source === source) this.#noteMedia(); },
      onEnd: (cause) => { if (this.#source === source) this.#noteEnd(cause); },
    });
    if (!source) {
      controller.abort();
      this.#giveUp('codec');
      return;
    }
    this.#still.hold();
    this.#source?.close();
    this.#source = source;
    this.isOpen = true;
    this.#handlers.onTake(source, behindS, isOtherType);
    source.begin();
  }

  /** Null when this browser does not play the type. */
  #makeSource(given) {
    if (isStreamable(given.mimeType)) return new LiveSource(given);
    // Matroska is played by some who do not say so.
    const mayPlay = this.#video.canPlayType(given.mimeType) !== ''
      || given.mimeType.startsWith('video/x-matroska');
    if (!mayPlay) return null;
    given.controller.abort();
    return new PlainPlayer(given);
  }

  #noteMedia() {
    this.reception.noteSuccess();
    this.#handlers.onMedia();
  }

  #noteEnd(cause) {
    this.isOpen = false;
    switch (cause) {
      case 'unplayable': return this.#giveUp('codec');
      case 'undecodable': return this.#noteUndecodable();
      default: return this.#handlers.onEnd(cause);
    }
  }

  /** Once may be an accident: a fresh response begins at a key frame. */
  #noteUndecodable() {
    const nowMs = performance.now();
    const isAgain = nowMs - this.#undecodableAtMs < ACCIDENT_MS;
    this.#undecodableAtMs = nowMs;
    this.#source.close();
    if (isAgain) this.#giveUp('damaged');
    else this.#handlers.onEnd('broken');
  }

  #giveUp(trouble) {
    this.close();
    this.#handlers.onObstacle(trouble);
  }
}
