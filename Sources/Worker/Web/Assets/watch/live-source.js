// One response played through one MediaSource. It dies as a whole: the next response is another
// object with another time line.
//
// Bytes go from the response into the buffer one piece after the other, so a buffer that is far
// enough ahead holds up the reading, and that the server.

import { joined } from './ebml.js';
import { Intake } from './intake.js';
import { MediaBuffer } from './media-buffer.js';
import { MediaSourceClass } from './media-source.js';
import { ReadAhead } from './read-ahead.js';

/** The server sends all it has at once, the network in flights: a longer pause is the end of it. */
const BURST_PAUSE_MS = { least: 15, most: 200 };
const BURST_LONGEST_MS = 600;
/**
 * Where the time line of the element begins. Not at 0: there Chromium shows the first key frame
 * before it goes where it was told to begin, which may be a second of media later.
 */
const ORIGIN_S = 60;

export class LiveSource {
  canSeek = true;
  /** The time in the element at which a response begins. */
  originS = ORIGIN_S;
  mimeType;
  /** When the last bytes came, in the clock of `performance.now()`. */
  lastBytesAtMs = performance.now();

  #video;
  #reader;
  #controller;
  #source = new MediaSourceClass();
  #address;
  #intake = new Intake();
  #chooseWay;
  /** @type {import('./ways.js').Way | null} */
  #way = null;
  /** @type {MediaBuffer[]} one for each part of the way */
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
    this.#video = video;
    this.#readAhead = new ReadAhead(video, ORIGIN_S);
    this.#reader = response.body.getReader();
    this.#controller = controller;
    this.#chooseWay = chooseWay;
    this.#handlers = handlers;
    this.#address = URL.createObjectURL(this.#source);
  }

  /** Shows itself in the video element. */
  begin() {
    const opened = new Promise((resolve) => {
      this.#source.addEventListener('sourceopen', resolve, { once: true });
    });
    // Managed sources want a promise that nothing is sent to another device.
    this.#video.disableRemotePlayback = true;
    this.#video.src = this.#address;
    this.#run(opened);
  }

  /** Whether the end of the buffer is the live edge. */
  isAtEdge(nowMs) { return this.#readAhead.isAtEdge(nowMs); }

  /** What its tracks bring. */
  get tracks() { return this.#intake.tracks; }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#controller.abort();
    URL.revokeObjectURL(this.#address);
  }

  // Reading

  async #run(opened) {
    const cause = await this.#readAll(opened);
    if (this.#isClosed) return;
    if (cause === 'complete' && this.#source.readyState === 'open') this.#source.endOfStream();
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
      this.#media = this.#way.parts.map(({ mimeType }) => this.#mediaBuffer(mimeType));
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

  #mediaBuffer(mimeType) {
    const buffer = this.#source.addSourceBuffer(mimeType);
    buffer.timestampOffset = ORIGIN_S;
    return new MediaBuffer(buffer, this.#video);
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
