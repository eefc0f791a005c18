// What the server says about its streams, as it happens: GET /api/events (docs/http-api.md).
//
// One subscription is one source of events at a time: a response that does not end, or, where the
// connection carries one response at a time (HTTP/1.1), a request now and then: a browser has six
// such connections to a host for all its tabs, and each player holds one already.
//
// Reconnecting is done here and not left to the browser, because browsers wait 3 to 5 seconds before
// they try again and give up for good when a restarting server answers with an error. There are no
// events while the page is hidden: the source is closed then, and when the page is put aside
// (pagehide), and opened again when the page is seen (visibilitychange, pageshow). A source that was
// closed by intent is not a lost connection.

import { backoffMs } from './backoff.js';
import { EventPolls } from './event-polls.js';
import { EventResponse } from './event-response.js';

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
 * @param {(isConnected: boolean) => void} [options.onConnection] true after each connect, false when
 *   the server is lost
 * @returns {{close: () => void}}
 */
export function subscribe(options) {
  return new Subscription(options);
}

/** Whether a connection carries many responses at once (as far as the browser tells). */
function isMultiplexed() {
  const protocol = performance.getEntriesByType('navigation')[0]?.nextHopProtocol ?? '';
  return protocol === 'h2' || protocol === 'h3';
}

class Subscription {
  #options;
  #source = null;
  /** What subscribers were last told. */
  #isLost = null;
  #isConnected = false;
  #openedAtMs = 0;
  #attempt = 0;
  #retry = 0;
  #listeners = new AbortController();

  constructor(options) {
    this.#options = options;
    const { signal } = this.#listeners;
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#disconnect();
      else this.#connectNow();
    }, { signal });
    addEventListener('pagehide', () => this.#disconnect(), { signal });
    addEventListener('pageshow', (event) => event.persisted && this.#connectNow(), { signal });
    addEventListener('online', () => this.#connectNow(), { signal });
    if (!document.hidden) this.#connect();
  }

  close() {
    this.#listeners.abort();
    this.#disconnect();
  }

  #connect() {
    const Source = isMultiplexed() ? EventResponse : EventPolls;
    const ifCurrent = (handle) => (...news) => { if (source === this.#source) handle(...news); };
    const source = new Source(this.#options.stream, {
      onOpen: ifCurrent(() => this.#opened()),
      onFailure: ifCurrent(() => this.#failed()),
      onSnapshot: ifCurrent((streams) => this.#options.onSnapshot?.(streams)),
      onStream: ifCurrent((stream) => this.#options.onStream?.(stream)),
      onGone: ifCurrent((name) => this.#options.onGone?.(name)),
    });
    this.#source = source;
  }

  /** Connects without waiting any longer: there is a reason to think that it works now. */
  #connectNow() {
    if (this.#isConnected || document.hidden) return;
    this.#disconnect();
    this.#attempt = 0;
    this.#connect();
  }

  #disconnect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.#isConnected = false;
  }

  #opened() {
    if (this.#isConnected) return;
    this.#openedAtMs = performance.now();
    this.#isConnected = true;
    this.#isLost = false;
    this.#options.onConnection?.(true);
  }

  /** The browser could not connect, or the connection broke, or the data makes no sense. */
  #failed() {
    const wasSteady = this.#isConnected && performance.now() - this.#openedAtMs >= STEADY_MS;
    if (wasSteady) this.#attempt = 0;
    this.#disconnect();
    this.#retry = setTimeout(() => this.#connect(), backoffMs(this.#attempt, BACKOFF));
    this.#attempt += 1;
    if (this.#isLost !== false) return;
    this.#isLost = true;
    this.#options.onConnection?.(false);
  }
}
