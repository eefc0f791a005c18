// One response played through one MediaSource. It dies as a whole: the next response is another
// object with another time line.
//
// Bytes go from the response into the buffer one piece after the other, so a buffer that is far
// enough ahead holds up the reading, and that the server.

import { AttachedSource, ORIGIN_S } from './attached-source.js';
import { joined } from './ebml.js';
import { Intake } from './intake.js';
import { ReadAhead } from './read-ahead.js';

/** The server sends all it has at once, the network in flights: a longer pause is the end of it. */
const BURST_PAUSE_MS = { least: 15, most: 200 };
const BURST_LONGEST_MS = 600;

export class LiveSource {
  canSeek = true;
  /** The time in the element at which a response begins. */
  originS = ORIGIN_S;
  mimeType;
  /** When the last bytes came, in the clock of `performance.now()`. */
  lastBytesAtMs = performance.now();

  #reader;
  #controller;
  #attached;
  #intake = new Intake();
  #chooseWay;
  /** @type {import('./ways.js').Way | null} */
  #way = null;
  /** @type {import('./media-buffer.js').MediaBuffer[]} one for each part of the way */
  #media = [];
  #readAhead;
  #isClosed = false;
  #handlers;

  /**
   * @param {object} given
   * @param {HTMLVideoElement} given.video
   * @param {Response} given.response
   * @param {string} given.mimeType
   * @param {AbortController} given.controller   of the request
   * @param {(tracks: import('./track-watch.js').TrackWatch) => import('./ways.js').Way}
   *   given.chooseWay   how to play it, once its beginning has been seen
   * @param {(span: {startS: number, endS: number}) => void} given.onBeginning
   *   so much is about to be there
   * @param {() => void} given.onMedia           there is more to play
   * @param {(cause: 'complete' | 'broken' | 'undecodable') => void} given.onEnd
   *   nothing more will come; what is in hand stays playable until `close`
   */
  constructor({ video, response, mimeType, controller, chooseWay, ...handlers }) {
    this.mimeType = mimeType;
    this.#readAhead = new ReadAhead(video, ORIGIN_S);
    this.#reader = response.body.getReader();
    this.#controller = controller;
    this.#chooseWay = chooseWay;
    this.#handlers = handlers;
    this.#attached = new AttachedSource(video);
  }

  /** Shows itself in the video element. */
  begin() { this.#run(this.#attached.attach()); }

  /** Whether the end of the buffer is the live edge. */
  isAtEdge(nowMs) { return this.#readAhead.isAtEdge(nowMs); }

  /** What its tracks bring. */
  get tracks() { return this.#intake.tracks; }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#controller.abort();
    this.#attached.release();
  }

  // Reading

  async #run(opened) {
    const cause = await this.#readAll(opened);
    if (this.#isClosed) return;
    if (cause === 'complete') this.#attached.end();
    this.#handlers.onEnd(cause);
  }

  async #readAll(opened) {
    let pending = null;
    try {
      // The first pieces arrive while the element is still opening the source.
      const [burst] = await Promise.all([this.#readBurst(), opened]);
      if (this.#isClosed) return 'complete';
      this.#intake.note(burst.bytes);
      this.#way = this.#chooseWay(this.tracks);
      const span = this.tracks.span(this.#way.lacks);
      if (span) {
        const { startS, endS } = span;
        this.#handlers.onBeginning({ startS: ORIGIN_S + startS, endS: ORIGIN_S + endS });
      }
      this.#media = this.#way.parts.map(({ mimeType }) => (
        this.#attached.addBuffer(mimeType, ORIGIN_S)));
      if (!await this.#take(burst.bytes)) return 'undecodable';
      pending = burst.pending;
      for (;;) {
        const { done, value } = await (pending ?? this.#reader.read());
        pending = null;
        if (done) return 'complete';
        this.lastBytesAtMs = performance.now();
        this.#intake.note(value);
        if (!await this.#take(value)) return 'undecodable';
        await this.#readAhead.room(this.#media, () => this.#isClosed);
      }
    } catch {
      return 'broken';
    }
  }

  /** Everything the server has ready, in one piece: then the newest of it can be shown at once. */
  async #readBurst() {
    const pieces = [];
    const startedAtMs = performance.now();
    let pending = this.#reader.read();
    while (performance.now() - startedAtMs < BURST_LONGEST_MS) {
      const next = await Promise.race(pieces.length > 0 ? [pending, pause()] : [pending]);
      if (!next || next.done) break;
      pieces.push(next.value);
      pending = this.#reader.read();
    }
    this.lastBytesAtMs = performance.now();
    return { bytes: joined(pieces), pending };
  }

  /** False when the browser cannot make sense of the bytes. */
  async #take(bytes) {
    try {
      const pieces = this.#intake.pieces(bytes, this.#way);
      await Promise.all(this.#media.map((media, index) => media.append(pieces[index])));
    } catch {
      return false;
    }
    if (!this.#isClosed) this.#handlers.onMedia();
    return true;
  }
}

function pause() {
  return new Promise((resolve) => { setTimeout(resolve, burstPauseMs(), null); });
}

/** A little more than the time to the server and back, as it was when the page was loaded. */
function burstPauseMs() {
  const [page] = performance.getEntriesByType('navigation');
  const wayMs = page ? page.responseStart - page.requestStart : 0;
  return Math.min(BURST_PAUSE_MS.most, Math.max(BURST_PAUSE_MS.least, 1.3 * wayMs));
}
