// Events found by asking every few seconds (GET /api/streams): a source for `subscribe` where a
// response that does not end would hold a connection that other tabs need.

import { slugOfResponse } from './problem.js';

/** From one answer to the next question; half as much more at random, so that tabs take turns. */
const PAUSE_MS = 2000;
/** A request not answered by then has failed: it may wait behind other tabs' responses. */
const ANSWER_MS = 20_000;

/**
 * @typedef {object} EventHandlers
 * @property {() => void} onOpen the server answers
 * @property {() => void} onFailure it does not, or makes no sense: nothing more will come
 * @property {(streams: object[]) => void} onSnapshot all streams
 * @property {(stream: object) => void} onStream one that is new or has changed
 * @property {(name: string) => void} onGone one that is not known (any more)
 */

export class EventPolls {
  #stream;
  #handlers;
  #timer = 0;
  #controller = new AbortController();
  /** The last answer, so that only news is told. */
  #known = undefined;

  /**
   * @param {string} [stream] only this stream
   * @param {EventHandlers} handlers
   */
  constructor(stream, handlers) {
    this.#stream = stream;
    this.#handlers = handlers;
    // Not before the constructor has returned to its caller.
    this.#timer = setTimeout(() => this.#ask(), 0);
  }

  close() {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }

  async #ask() {
    const { signal } = this.#controller;
    let answer;
    let data;
    try {
      answer = await this.#answer(signal);
      data = answer === null ? null : JSON.parse(answer);
    } catch {
      if (!signal.aborted) this.#handlers.onFailure();
      return;
    }
    if (signal.aborted) return;
    this.#handlers.onOpen();
    if (answer !== this.#known) this.#tell(data);
    this.#known = answer;
    if (signal.aborted) return;
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS * (1 + Math.random() / 2));
  }

  /** The text of the answer; null when the stream is not known. */
  async #answer(signal) {
    const path = this.#stream === undefined ? '' : `/${encodeURIComponent(this.#stream)}`;
    const response = await fetch(`/api/streams${path}`, {
      cache: 'no-store', signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    const isOfStream = response.status === 404 && this.#stream !== undefined;
    // A 404 from a proxy says nothing about the stream.
    if (isOfStream && await slugOfResponse(response) !== null) return null;
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return response.text();
  }

  #tell(data) {
    if (data === null) this.#handlers.onGone(this.#stream);
    else if (this.#stream === undefined) this.#handlers.onSnapshot(data.streams);
    else this.#handlers.onStream(data);
  }
}
