// One rendition of a broadcast as its list names it: reads the list again and again, and fetches
// what comes, in order. A server of low latency holds the question until there is something new, and
// the part that comes next is asked for at the same time, so that both are here as soon as it is.

import { joined } from './ebml.js';
import { mediaListIn } from './hls-list.js';
import { awaiting, endOf, piecesFrom } from './list-plan.js';
import { ListReach } from './list-reach.js';
import { timescaleIn, timesIn } from './mp4-times.js';
import { pause, steadyFetch } from './steady-fetch.js';

/** Fetched and handed over together at most. */
export const BATCH_S = 3;
/** So many target durations after the last list, the next one may leave out what is older. */
const SHORT_WITHIN_TARGETS = 2;

/**
 * @typedef {object} Batch
 * @property {Uint8Array<ArrayBuffer>} bytes
 * @property {number | null} startS   on the track's own time line; null: there is nothing in it
 * @property {number} durationS
 * @property {number} samples
 * @property {boolean} isAgain   some of it was here before
 */

export class ListedTrack {
  /** @type {import('./hls-list.js').MediaList} */
  list;
  /** Whether there will be no more of it: the broadcast has ended, or goes on in another ring. */
  isOver = false;
  /** Whether something that its list names is under way: it is late then, and not missing. */
  isFetching = false;

  #url;
  #signal;
  #onLife;
  #reach = new ListReach();
  #initialization = null;
  #askedAtMs = -Infinity;
  #map = null;
  /** @type {{uri: string, bytes: Promise<Uint8Array | null>} | null} */
  #hinted = null;

  /**
   * @param {string} url   of its list
   * @param {AbortSignal} signal
   * @param {() => void} onLife   the server has answered
   */
  constructor(url, signal, onLife) {
    this.#url = url;
    this.#signal = signal;
    this.#onLife = onLife;
  }

  /** Fetches the list for the first time. */
  async open() {
    this.list = await this.#listOf('');
    if (!this.list) throw new Error('no list');
    this.#map = this.list.map;
    this.#reach.note(this.list);
  }

  /** How far back the lists go that have come so far. */
  get reachS() { return this.#reach.seconds; }

  /** What a decoder needs first. @returns {Promise<Uint8Array<ArrayBuffer>>} */
  initialization() {
    this.#initialization ??= this.#bytesOf(this.#map).then((bytes) => {
      if (!bytes) throw new Error('no initialization');
      return bytes;
    });
    return this.#initialization;
  }

  /**
   * All that comes from `place` on, until there is no more.
   * @param {import('./list-plan.js').Place} place
   * @returns {AsyncGenerator<Batch>}
   */
  async* batches(place) {
    let next = place;
    while (!this.isOver) {
      const hinted = this.#hinted;
      const pieces = piecesFrom(this.list, next, hinted?.uri);
      next = endOf(this.list);
      const listed = this.#ask(next);
      // Its failure is met below, when it is waited for.
      listed.catch(() => {});
      for (const batch of batched(pieces)) yield await this.#fetch(batch, hinted);
      if (this.list.hasEnded) this.isOver = true;
      else this.#take(await listed);
    }
  }

  /** The list with what comes behind `next`. */
  async #ask(next) {
    const { canBlock, hasEnded, targetS, hint } = this.list;
    if (hasEnded) return null;
    if (!canBlock) {
      await pause(targetS * 500, this.#signal);
      return this.#listOf('');
    }
    if (hint !== null && hint !== this.#hinted?.uri) {
      this.#hinted = { uri: hint, bytes: this.#bytesOf(hint).catch(() => null) };
    }
    const nowMs = performance.now();
    const isShort = nowMs - this.#askedAtMs < SHORT_WITHIN_TARGETS * targetS * 1000;
    this.#askedAtMs = nowMs;
    return this.#listOf(`?${awaiting(next, isShort)}`);
  }

  #take(list) {
    const isOther = list !== null && list.map !== null && list.map !== this.#map;
    if (list === null || isOther) {
      this.isOver = true;
    } else {
      this.list = list;
      this.#reach.note(list);
    }
  }

  async #fetch(pieces, hinted) {
    this.isFetching = true;
    const [init, ...all] = await Promise.all([
      this.initialization(), ...pieces.map(({ uri }) => this.#pieceOf(uri, hinted))]);
    this.isFetching = false;
    const bytes = joined(all.filter(Boolean));
    const durationS = pieces.reduce((sum, piece) => sum + piece.durationS, 0);
    const isAgain = pieces.some((piece) => piece.isAgain);
    return { bytes, durationS, isAgain, ...timesIn(bytes, timescaleIn(init)) };
  }

  /** A part that was hinted at is under way already. */
  async #pieceOf(uri, hinted) {
    const bytes = uri === hinted?.uri ? await hinted.bytes : null;
    return bytes ?? this.#bytesOf(uri);
  }

  async #listOf(query) {
    const bytes = await steadyFetch(`${this.#url}${query}`, this.#signal, this.#onLife);
    return bytes && mediaListIn(new TextDecoder().decode(bytes));
  }

  #bytesOf(uri) {
    const { href } = new URL(uri, new URL(this.#url, location.href));
    return steadyFetch(href, this.#signal, this.#onLife);
  }
}

/** Pieces that are fetched together. @param {import('./list-plan.js').Piece[]} pieces */
function batched(pieces) {
  const batches = [];
  let seconds = Infinity;
  for (const piece of pieces) {
    seconds += piece.durationS;
    if (seconds > BATCH_S) {
      batches.push([]);
      seconds = piece.durationS;
    }
    batches.at(-1).push(piece);
  }
  return batches;
}
