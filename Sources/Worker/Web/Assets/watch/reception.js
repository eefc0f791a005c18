// Asks for media until there is some: one request at a time, and a new one replaces the one before.
// The first failure after a success is followed by a retry at once, then by growing waits.

import { backoffMs } from '../common/backoff.js';
import { beginsWithLists, firstAnswer, firstController } from './first-request.js';
import { requestLists } from './lists-request.js';
import { requestMedia } from './media-request.js';

const BACKOFF = { firstMs: 250, limitMs: 5_000 };

export class Reception {
  /** How often it was asked again since the first success. */
  retries = 0;
  /** What to ask for: the lists of the broadcast, or its bytes. */
  asksForLists = beginsWithLists;

  #name;
  #onAnswer;
  #asking = null;
  #timer = 0;
  #failures = 0;
  #hasSucceeded = false;

  /**
   * @param {string} name   of the stream
   * @param {(answer: import('./media-request.js').Answer, controller: AbortController,
   *   behindS: number) => void} onAnswer   the controller ends the response's body
   */
  constructor(name, onAnswer) {
    this.#name = name;
    this.#onAnswer = onAnswer;
  }

  /** Takes over the question that the page has asked already, for media near the live edge. */
  begin() { this.#await(firstAnswer, firstController, 0); }

  /** Asks now for media from so far behind the live edge on; 0 to follow it. */
  ask(behindS) {
    this.stop();
    const controller = new AbortController();
    const answer = this.asksForLists
      ? requestLists(this.#name, controller) : requestMedia(this.#name, behindS, controller);
    this.#await(answer, controller, behindS);
  }

  async #await(promise, controller, behindS) {
    this.#asking = controller;
    const answer = await promise;
    if (this.#asking !== controller) {
      controller.abort();
      return;
    }
    this.#asking = null;
    this.#onAnswer(answer, controller, behindS);
  }

  /** Asks again, the later the more often it was in vain. */
  askAgain(behindS, leastMs = 0) {
    this.stop();
    if (this.#hasSucceeded) this.retries += 1;
    const waitMs = this.#failures === 0 ? 0 : backoffMs(this.#failures - 1, BACKOFF);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.ask(behindS), Math.max(leastMs, waitMs));
  }

  /** Media has arrived. */
  noteSuccess() {
    this.#failures = 0;
    this.#hasSucceeded = true;
  }

  get isAsking() { return this.#asking !== null; }

  /** Whether a question is under way or planned. */
  get isBusy() { return this.#asking !== null || this.#timer !== 0; }

  /** Asks no more; a response that has already been handed over goes on. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#asking?.abort();
    this.#asking = null;
  }
}
