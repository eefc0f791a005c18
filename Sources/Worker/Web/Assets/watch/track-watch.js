// What the tracks of a stream bring while it arrives: whether one of them has stopped although the
// other goes on, whether it has come back, and whether time has jumped back.
//
// Pure. Times are those of the media, in milliseconds.

import { unsigned } from './ebml.js';
import { ID, blockIn, contentOf, tracksIn } from './webm-reader.js';

/**
 * A track of which nothing came while the other one went on for so long brings nothing now. One that
 * is late and comes is only late.
 */
const MISSING_MS = 2_000;
/** A larger step back is not a matter of order between blocks: the clock was set. */
const STEP_BACK_MS = 1_000;
/** A larger step forward is one of the whole broadcast, not a hole in one track. */
const STEP_FORWARD_MS = 10_000;

/** This many blocks that are earlier than the block before them are a habit of the writer. */
const HABIT_STEPS = 3;

/** @typedef {'video' | 'audio'} Kind */

export class TrackWatch {
  /** Blocks of each kind so far. */
  counts = { video: 0, audio: 0 };
  /** Whether time has gone back: new media overlaps with media in hand. */
  hasJumpedBack = false;

  #kinds = new Map();
  #lastMs = -Infinity;
  #stepsBack = 0;
  #clusterMs = 0;
  /** Per kind: its newest time, and since when it has come without a hole. */
  #firstMs = {};
  #newestMs = {};
  #sinceMs = {};
  /** Per kind: the newest time of the other one when its last block came. */
  #heardMs = {};
  #missingMs;

  /** @param {number} [lateMs]   so much later than the other one a track may come as a habit */
  constructor(lateMs = 0) { this.#missingMs = MISSING_MS + lateMs; }

  /** @param {import('./webm-reader.js').Part[]} parts */
  note(parts) {
    for (const part of parts) {
      if (part.id === ID.tracks) this.#noteTracks(part);
      else if (part.id === ID.timestamp) this.#clusterMs = unsigned(part.bytes, contentOf(part));
      else this.#noteBlock(blockIn(part));
    }
  }

  /** The tracks of a stream that comes in another form. @param {Kind[]} kinds */
  begin(kinds) { this.#kinds = new Map(kinds.map((kind) => [kind, kind])); }

  #noteTracks(part) {
    // Of each kind the first is the one that is played.
    this.#kinds.clear();
    for (const { number, kind } of tracksIn(part)) {
      const isKnown = [...this.#kinds.values()].includes(kind);
      if (kind !== 'other' && !isKnown) this.#kinds.set(number, kind);
    }
  }

  #noteBlock(block) {
    const kind = block && this.#kinds.get(block.track);
    if (kind) this.noteFrame(kind, this.#clusterMs + block.offset);
  }

  /** A picture or a packet of sound. @param {Kind} kind */
  noteFrame(kind, timeMs) {
    const isFirst = this.counts[kind] === 0;
    this.counts[kind] += 1;
    if (timeMs < this.#lastMs) this.#stepsBack += 1;
    this.#lastMs = timeMs;
    this.#firstMs[kind] ??= timeMs;
    const newestMs = this.#newestMs[kind];
    if (isFirst) {
      this.#begin(kind, timeMs);
    } else if (timeMs < newestMs - STEP_BACK_MS) {
      this.hasJumpedBack = true;
      this.#beginAll(timeMs);
    } else if (timeMs > this.#latestMs + STEP_FORWARD_MS) {
      this.#beginAll(timeMs);
    } else {
      this.#sinceMs[kind] ??= timeMs;
      if (timeMs - newestMs > MISSING_MS) this.#sinceMs[kind] = timeMs;
      this.#newestMs[kind] = Math.max(newestMs, timeMs);
    }
    this.#heardMs[kind] = this.#othersMs(kind);
  }

  /** Something of the kind is under way: it is late, and not missing. @param {Kind} kind */
  noteComing(kind) {
    const heardMs = this.#othersMs(kind);
    if (Number.isFinite(heardMs)) this.#heardMs[kind] = heardMs;
  }

  get #latestMs() { return Math.max(...Object.values(this.#newestMs)); }

  /** The first block of a kind; the others have time from here on to come as well. */
  #begin(kind, timeMs) {
    this.#newestMs[kind] = timeMs;
    this.#sinceMs[kind] = timeMs;
    for (const other of this.#kinds.values()) {
      if (other === kind) continue;
      this.#newestMs[other] ??= timeMs;
      this.#heardMs[other] = Math.max(this.#heardMs[other] ?? timeMs, timeMs);
    }
  }

  #beginAll(timeMs) {
    for (const kind of this.#kinds.values()) {
      this.#newestMs[kind] = timeMs;
      this.#sinceMs[kind] = timeMs;
      this.#heardMs[kind] = timeMs;
    }
  }

  #othersMs(kind) {
    const others = [...this.#kinds.values()].filter((other) => other !== kind);
    return Math.max(...others.map((other) => this.#newestMs[other] ?? -Infinity));
  }

  /**
   * The kind that brings nothing although the other one goes on; null when both do, and when there
   * is only one.
   * @returns {Kind | null}
   */
  get missing() {
    const kinds = [...this.#kinds.values()];
    if (kinds.length < 2) return null;
    return kinds.find((kind) => (
      this.#othersMs(kind) - (this.#heardMs[kind] ?? Infinity) > this.#missingMs)) ?? null;
  }

  /**
   * Whether the tracks come out of order with each other, as some write them. Firefox drops the
   * picture, unless each track has a buffer of its own.
   */
  get isUnordered() { return this.#stepsBack >= HABIT_STEPS; }

  /**
   * From where to where there is something of everything but `lacks`; null when there is nothing.
   * @param {Kind | null} lacks
   */
  span(lacks) {
    const kinds = [...this.#kinds.values()].filter((kind) => kind !== lacks);
    if (kinds.length === 0 || kinds.some((kind) => this.counts[kind] === 0)) return null;
    const startMs = Math.max(...kinds.map((kind) => this.#firstMs[kind]));
    const endMs = Math.min(...kinds.map((kind) => this.#newestMs[kind]));
    return { startS: startMs / 1000, endS: Math.max(startMs, endMs) / 1000 };
  }

  /** For how long a kind has come without a hole, up to now. */
  steadyMs(kind) {
    if (this.missing === kind || this.counts[kind] === 0) return 0;
    return this.#newestMs[kind] - this.#sinceMs[kind];
  }
}
