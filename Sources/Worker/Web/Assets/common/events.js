// What the server says about its streams, as it happens: GET /api/events (docs/http-api.md).
//
// One subscription is one EventSource at a time. Reconnecting is done here and not left to the
// browser, because browsers wait 3 to 5 seconds before they try again and give up for good when a
// restarting server answers with an error. A subscription closes when its page is hidden for good
// or put aside (pagehide), so that it does not keep the page out of the back/forward cache, and
// goes on when the page comes back (pageshow).

import { backoffMs } from './backoff.js';

const BACKOFF = { firstMs: 250, limitMs: 10_000 };

/** A connection that lasted this long was a good one: the next wait is a short one again. */
const STEADY_MS = 5000;

/**
 * @param {object} options
 * @param {string} [options.stream] only this stream; all streams without it
 * @param {(streams: object[]) => void} [options.onSnapshot] all streams, after each connect (not
 *   with `stream`): what is not in it does not exist any more
 * @param {(stream: object) => void} [options.onStream] a stream that is new or has changed
 * @param {(name: string) => void} [options.onGone] a stream that is not known (any more)
 * @param {(isConnected: boolean) => void} [options.onConnection] when that changes
 * @returns {{close: () => void}}
 */
export function subscribe(options) {
  return new Subscription(options);
}

class Subscription {
  #options;
  #url;
  #source = null;
  #isConnected = false;
  #openedAtMs = 0;
  #attempt = 0;
  #retry = 0;
  #listeners = new AbortController();

  constructor(options) {
    this.#options = options;
    this.#url = options.stream === undefined
      ? '/api/events'
      : `/api/events?stream=${encodeURIComponent(options.stream)}`;
    const { signal } = this.#listeners;
    addEventListener('pagehide', () => this.#disconnect(), { signal });
    addEventListener('pageshow', (event) => event.persisted && this.#connectNow(), { signal });
    addEventListener('online', () => this.#connectNow(), { signal });
    this.#connect();
  }

  close() {
    this.#listeners.abort();
    this.#disconnect();
  }

  #connect() {
    const source = new EventSource(this.#url);
    this.#source = source;
    const on = (type, handler) => source.addEventListener(type, (event) => {
      if (source === this.#source) handler(event);
    });
    on('open', () => this.#opened());
    on('error', () => this.#failed());
    on('streams', (event) => this.#read(event, (data) => this.#options.onSnapshot?.(data.streams)));
    on('stream', (event) => this.#read(event, (data) => this.#options.onStream?.(data)));
    on('gone', (event) => this.#read(event, (data) => this.#options.onGone?.(data.name)));
  }

  /** Without waiting any longer: there is a reason to think that it works now. */
  #connectNow() {
    if (this.#isConnected) return;
    this.#disconnect();
    this.#attempt = 0;
    this.#connect();
  }

  #disconnect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.#setConnected(false);
  }

  #opened() {
    this.#openedAtMs = performance.now();
    this.#setConnected(true);
  }

  /** The browser could not connect, or the connection broke, or what came makes no sense. */
  #failed() {
    const wasSteady = this.#isConnected && performance.now() - this.#openedAtMs >= STEADY_MS;
    if (wasSteady) this.#attempt = 0;
    this.#disconnect();
    this.#retry = setTimeout(() => this.#connect(), backoffMs(this.#attempt, BACKOFF));
    this.#attempt += 1;
  }

  #read(event, handle) {
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      this.#failed();
      return;
    }
    handle(data);
  }

  #setConnected(isConnected) {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    this.#options.onConnection?.(isConnected);
  }
}
