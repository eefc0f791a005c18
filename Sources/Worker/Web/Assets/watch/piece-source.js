// The pieces that lists name, played through one MediaSource: each track comes by itself and goes
// into a buffer of its own. Looks like LiveSource to the one who uses it, and dies like that as a
// whole.

import { AttachedSource, ORIGIN_S } from './attached-source.js';
import { endMsOf, endOf, placeAt } from './list-plan.js';
import { BATCH_S, ListedTrack } from './listed-track.js';
import { ReadAhead } from './read-ahead.js';
import { pause } from './steady-fetch.js';
import { TrackWatch } from './track-watch.js';

/** So much there should be in hand to begin at once near the live edge. */
const LEAD_IN_S = 0.5;
/** The same where only whole segments come. */
const LEAD_IN_PIECES = 2;
/** A track that brings nothing at first does not hold up the other one for longer. */
const FIRST_BATCH_MS = 1_500;
/** Tracks that come by themselves are so many pieces apart at most. */
const APART_PIECES = 2;
/** A track that ends so much before the others, and two pieces more, brings nothing now. */
const STOPPED_MS = 2_000;

export class PieceSource {
  canSeek = true;
  originS = ORIGIN_S;
  mimeType;
  lastBytesAtMs = performance.now();
  /** @type {TrackWatch} */
  tracks = new TrackWatch();

  #given;
  #controller;
  #attached;
  /** @type {Map<string, import('./media-buffer.js').MediaBuffer>} by kind; a track that is left out has none */
  #media = new Map();
  /** One for each track that is read. */
  #readers = [];
  #silenceMs;
  /** Where the media begins on its own time line; null until that is known. */
  #startS = null;
  #readAhead;
  /** The longest that comes at once. */
  #pieceS = 0;
  #isClosed = false;
  /** Ends all of it, with a cause. */
  #stop = () => {};

  /**
   * @param {object} given   as of LiveSource; `onBeginning` also gets `pieceS`, the longest that
   *   comes at once; and:
   * @param {string[]} given.kinds   which tracks to read
   * @param {import('./hls-list.js').Rendition[]} given.renditions   `uri` as an address
   * @param {number} given.behindS   where to begin; 0: near the live edge
   */
  constructor(given) {
    this.mimeType = given.mimeType;
    this.#controller = given.controller;
    this.#given = given;
    this.#readAhead = new ReadAhead(given.video, ORIGIN_S);
    this.#attached = new AttachedSource(given.video);
  }

  /** Shows itself in the video element. */
  begin() { this.#run(this.#attached.attach()); }

  /** After so long without an answer the connection is taken for dead; undefined: as of a response. */
  get silenceMs() { return this.#silenceMs; }

  /** How far back one can go: as far as the lists do. Infinite as long as that is not known. */
  get reachS() {
    const all = this.#readers.map(({ track }) => track.reachS);
    return all.length > 0 ? Math.max(...all) : Infinity;
  }

  /** Whether the end of the buffer is the live edge. */
  isAtEdge(nowMs) { return this.#readAhead.isAtEdge(nowMs); }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#controller.abort();
    this.#attached.release();
  }

  async #run(opened) {
    const cause = await this.#playAll(opened).catch(() => 'broken');
    if (this.#isClosed) return;
    if (cause === 'complete') this.#attached.end();
    // What is under way of the other track is of no use any more.
    this.#controller.abort();
    this.#given.onEnd(cause);
  }

  async #playAll(opened) {
    const readers = await this.#open();
    if (readers.length === 0) return 'unplayable';
    const [first] = await Promise.all([this.#firstOf(readers), opened]);
    if (this.#isClosed) return 'complete';
    const way = this.#given.chooseWay(this.tracks);
    this.#tellBeginning(way);
    try {
      this.#addBuffers(way, readers);
    } catch {
      // A codec that the lists name otherwise than the header did.
      return 'unplayable';
    }
    return Promise.race([
      Promise.all(readers.map((reader) => this.#play(reader, first.get(reader.kind))))
        .then(() => 'complete'),
      // A track whose bytes mean nothing to the browser ends all of it.
      new Promise((resolve) => { this.#stop = resolve; }),
    ]);
  }

  // The beginning

  /** Reads the lists, and finds out where to begin in each. */
  async #open() {
    const { signal } = this.#controller;
    const { renditions, kinds } = this.#given;
    const readers = renditions.filter(({ kind }) => kinds.includes(kind)).map((rendition) => ({
      ...rendition, track: new ListedTrack(rendition.uri, signal, () => this.#noteLife()),
    }));
    await Promise.all(readers.map(({ track }) => track.open()));
    const lists = readers.map(({ track }) => track.list);
    this.#pieceS = Math.max(...lists.map(pieceS));
    if (lists.some(({ canBlock }) => !canBlock)) {
      // Such a list is asked for twice in a target duration.
      this.#silenceMs = Math.max(6_000, 1_500 * Math.max(...lists.map(({ targetS }) => targetS)));
    }
    const togetherS = this.#given.behindS > 0 ? Math.max(BATCH_S, this.#pieceS) : this.#pieceS;
    this.tracks = new TrackWatch(APART_PIECES * 1000 * togetherS);
    this.tracks.begin(readers.map(({ kind }) => kind));
    const leadInS = lists.some(({ canBlock }) => !canBlock) ? LEAD_IN_PIECES * this.#pieceS : 0;
    const aheadS = Math.max(LEAD_IN_S, leadInS, this.#given.behindS);
    const endMs = this.#endMsOf(lists);
    // Pictures begin with a key frame, and the sound where they do.
    let dateMs = endMs - aheadS * 1000;
    for (const reader of readers) {
      const place = placeAt(reader.track.list, dateMs);
      // Of a track that brings nothing now, what comes next.
      reader.place = place ?? endOf(reader.track.list);
      if (place && reader.kind === 'video') dateMs = place.dateMs;
    }
    this.#readers = readers;
    return readers;
  }

  /** Where all tracks end that bring something now. */
  #endMsOf(lists) {
    const ends = lists.map(endMsOf).filter((endMs) => endMs !== null);
    if (ends.length === 0) throw new Error('nothing to begin with');
    const stoppedMs = Math.max(...ends) - STOPPED_MS - 2_000 * this.#pieceS;
    return Math.min(...ends.filter((endMs) => endMs > stoppedMs));
  }

  /** The first batch of each track, of those that have one soon. */
  async #firstOf(readers) {
    const first = new Map();
    const all = readers.map(async (reader) => {
      reader.batches = reader.track.batches(reader.place);
      reader.next = reader.batches.next();
      const { value } = await reader.next;
      if (value) first.set(reader.kind, value);
    });
    const late = pause(FIRST_BATCH_MS, this.#controller.signal);
    late.catch(() => {});
    await Promise.any(all);
    await Promise.race([Promise.all(all), late]);
    // Pictures come first, and with them the beginning of the time line.
    for (const { kind } of readers) this.#noteFrames(kind, first.get(kind));
    return first;
  }

  #tellBeginning({ lacks }) {
    const span = this.tracks.span(lacks);
    if (!span) return;
    const { startS, endS } = span;
    this.#given.onBeginning({
      startS: this.#inElement(startS), endS: this.#inElement(endS), pieceS: this.#pieceS,
    });
  }

  #addBuffers(way, readers) {
    for (const { kind } of way.parts) {
      const { codec } = readers.find((reader) => reader.kind === kind);
      const mimeType = `${kind}/mp4; codecs="${codec}"`;
      this.#media.set(kind, this.#attached.addBuffer(mimeType, this.#inElement(0)));
    }
  }

  /** A time of the media as the element counts it. */
  #inElement(seconds) { return ORIGIN_S + seconds - (this.#startS ?? 0); }

  // From then on

  /** Takes all that comes of one track. */
  async #play(reader, first) {
    const media = this.#media.get(reader.kind);
    await this.#append(media, await reader.track.initialization());
    let next = reader.next;
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      if (value !== first) this.#noteFrames(reader.kind, value);
      await this.#append(media, value.bytes);
      if (this.#isClosed) return;
      this.#given.onMedia();
      await this.#readAhead.room(media ? [media] : [], () => this.#isClosed);
      next = reader.batches.next();
    }
  }

  async #append(media, bytes) {
    try {
      await media?.append(bytes);
    } catch {
      this.#stop('undecodable');
    }
  }

  #noteLife() { this.lastBytesAtMs = performance.now(); }

  #noteFrames(kind, batch) {
    // What comes again tells nothing new.
    if (!batch || batch.startS === null || batch.isAgain) return;
    const { startS, durationS, samples } = batch;
    this.#startS ??= startS;
    for (let index = 0; index < samples; index += 1) {
      this.tracks.noteFrame(kind, (startS + (durationS * index) / samples) * 1000);
    }
    for (const { kind: other, track } of this.#readers) {
      if (other !== kind && track.isFetching) this.tracks.noteComing(other);
    }
  }
}

/** The longest that comes at once of a list's track: a part, or a whole segment. */
function pieceS({ segments, canBlock }) {
  const all = segments.flatMap((segment) => (canBlock ? segment.parts : [segment]));
  return Math.max(0, ...all.map(({ durationS }) => durationS));
}
