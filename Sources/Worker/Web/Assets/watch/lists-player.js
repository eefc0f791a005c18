// The address of the lists in the video element: the browser reads them by itself, chooses how far
// behind the live edge it plays, and can send the broadcast on to a television (AirPlay).
//
// Looks like LiveSource to the one who uses it, but follows the live edge by itself (`followsItself`),
// and says what it can about where that is. Safari tells dates, and how far one can go back; Chromium
// tells neither, and cannot go back.

import { causeOf } from './plain-player.js';

/**
 * An error so long after the first picture may be one of the network, which Chromium calls by the same
 * word: then it is worth a try at once. What fails sooner may not be decodable at all.
 */
const STEADY_MS = 10_000;
/** How often the server's clock is asked for, so that dates in the lists say how old they are. */
const CLOCK_MS = 600_000;

export class ListsPlayer {
  canSeek = false;
  followsItself = true;
  originS = 0;
  tracks = null;
  mimeType;
  /** When it last moved: the element does not tell when bytes come, nor that none come any more. */
  lastBytesAtMs = Infinity;
  /** Longer without a move, and the connection is taken for dead: a segment may take as long. */
  silenceMs = 12_000;
  /** The lists are there; what they name may take some seconds to come. */
  patienceMs = 20_000;

  #video;
  #url;
  #behindS;
  #handlers;
  #isClosed = false;
  /** When there was something to show for the first time. */
  #loadedAtMs = Infinity;
  /** The server's clock minus ours, as far as it is known. */
  #clockMs = 0;
  #clockAtMs = -Infinity;
  #listeners = new AbortController();
  /** How old the picture was when it was closed, and when that was. */
  #closed = { lagS: null, atMs: 0 };

  /**
   * @param {object} given
   * @param {HTMLVideoElement} given.video
   * @param {string} given.url
   * @param {string} given.mimeType
   * @param {number} given.behindS   where to begin; 0: where the browser likes to
   * @param {(span: {startS: number, endS: number}) => void} given.onBeginning
   * @param {() => void} given.onMedia
   * @param {(cause: 'complete' | 'broken' | 'undecodable') => void} given.onEnd
   */
  constructor({ video, url, mimeType, behindS, ...handlers }) {
    this.mimeType = mimeType;
    this.#video = video;
    this.#url = url;
    this.#behindS = behindS;
    this.#handlers = handlers;
  }

  begin() {
    const { signal } = this.#listeners;
    const { onMedia, onEnd } = this.#handlers;
    for (const event of ['loadeddata', 'progress', 'timeupdate']) {
      this.#video.addEventListener(event, onMedia, { signal });
    }
    this.#video.addEventListener('loadeddata', () => this.#noteLoaded(), { signal });
    // Also a press on play, or a move to another place: it has time from then on.
    for (const event of ['timeupdate', 'play', 'seeking']) {
      this.#video.addEventListener(event, () => this.#noteMove(), { signal });
    }
    this.#video.addEventListener('ended', () => onEnd('complete'), { signal });
    this.#video.addEventListener('error', () => {
      const isBroken = causeOf(this.#video.error) === 'broken';
      const isSteady = performance.now() - this.#loadedAtMs >= STEADY_MS;
      onEnd(isBroken || isSteady ? 'broken' : 'undecodable');
    }, { signal });
    // What a page puts together itself cannot be sent to another device; this can.
    this.#video.disableRemotePlayback = false;
    this.#video.src = this.#url;
    this.#handlers.onBeginning({ startS: 0, endS: 0 });
  }

  #noteLoaded() {
    this.#loadedAtMs = performance.now();
    this.#noteMove();
    if (this.#behindS > 0) this.seek(this.#behindS);
  }

  #noteMove() { this.lastBytesAtMs = performance.now(); }

  // Where it is

  /** Distance to the newest that the browser would go to; null when it does not tell. */
  get behindS() {
    const edgeS = this.#edgeS;
    return edgeS === null ? null : Math.max(0, edgeS - this.#video.currentTime);
  }

  /** How old the picture is, by its date; null when the browser tells no dates. */
  get lagS() {
    if (this.#isClosed) {
      const { lagS, atMs } = this.#closed;
      return lagS === null ? null : lagS + (performance.now() - atMs) / 1000;
    }
    const startMs = this.#video.getStartDate?.().getTime() ?? NaN;
    if (Number.isNaN(startMs)) return this.behindS;
    this.#askClock();
    const nowMs = Date.now() + this.#clockMs;
    return Math.max(0, (nowMs - startMs) / 1000 - this.#video.currentTime);
  }

  /** How far back one can go; 0 where that cannot be done. */
  get reachS() { return this.#edgeS === null ? 0 : this.#edgeS - this.#video.seekable.start(0); }

  /** Moves to `behindS` before the newest; false when there is nothing to move in. */
  seek(behindS) {
    const edgeS = this.#edgeS;
    if (edgeS === null) return false;
    this.#video.currentTime = Math.max(this.#video.seekable.start(0), edgeS - behindS);
    return true;
  }

  get #edgeS() {
    const { seekable } = this.#video;
    const endS = seekable.length > 0 ? seekable.end(seekable.length - 1) : Infinity;
    return Number.isFinite(endS) ? endS : null;
  }

  async #askClock() {
    const askedAtMs = performance.now();
    if (askedAtMs - this.#clockAtMs < CLOCK_MS) return;
    this.#clockAtMs = askedAtMs;
    try {
      const answer = await fetch('/api/time', { cache: 'no-store' });
      const wayMs = (performance.now() - askedAtMs) / 2;
      const serverMs = Date.parse(await answer.text());
      if (!Number.isNaN(serverMs)) this.#clockMs = serverMs + wayMs - Date.now();
    } catch {
      // Then our own clock has to do.
    }
  }

  isAtEdge() { return true; }

  close() {
    if (this.#isClosed) return;
    this.#closed = { lagS: this.lagS, atMs: performance.now() };
    this.#isClosed = true;
    this.#listeners.abort();
    // Otherwise the browser goes on reading.
    this.#video.removeAttribute('src');
    this.#video.load();
  }
}
