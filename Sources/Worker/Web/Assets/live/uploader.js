// Brings chunks of recordings to the server, in order and exactly once, across lost connections and
// restarted workers. Each recording is a session with its own queue; a new one begins when the one
// before has arrived, or has had its time.
//
// A failure that sending again cannot repair is reported as a verdict: the owner of the recorder
// decides. Times are of performance.now(), in ms. Timers may be late in a hidden tab, so every
// chunk of the recorder (a few a second) drives the work too.

import { backoffMs } from '../common/backoff.js';
import { ParcelLimit } from './parcel-limit.js';
import { ParcelQueue } from './parcel-queue.js';
import { ParcelRequest } from './parcel-request.js';
import { NO_ANSWER, verdictOn, verdictOnEnd } from './publish-answer.js';
import { isGone } from './stream-probe.js';
import { ThroughputMeter } from './throughput-meter.js';

/** What is kept for a server that is away. */
const KEPT_MEDIA_MS_MAX = 30_000;
const KEPT_BYTES_MAX = 32 * 1024 * 1024;
/** Nothing moves: ask whether the server is there. */
const QUIET_MS_MAX = 2_000;
/** The server is there and still does not answer. It may make a chunk wait 10 s for its turn. */
const PATIENCE_MS_MAX = 12_000;
const TICK_MS = 200;
const BACKOFF = { firstMs: 200, limitMs: 2_000 };
/** Parcels are taken often: a stream that ends this soon after one was ended on purpose. */
const RECENT_MS = 4_000;

/**
 * @typedef {import('./publish-answer.js').Verdict} Verdict
 * @typedef {import('./publish-answer.js').Answer} Answer
 * @typedef {{sinceMs: number, answer: Answer}} Failure  what has gone wrong since nothing went well
 */

export class Uploader {
  #url;
  #probe;
  #onVerdict;
  #onAccepted;
  #onLost;
  #onSmallerParcels;
  /** It is about the way to the server, so it applies to all sessions. */
  #limit = new ParcelLimit();
  /** @type {ParcelQueue[]} The first is being sent. */
  #queues = [];
  /** When the first is given up for the next. */
  #giveUpAtMs = Infinity;
  /** @type {Map<import('./parcel-queue.js').Parcel, ParcelRequest>} of the first queue */
  #requests = new Map();
  /** Failures since something went well. */
  #failedTries = 0;
  #throughput = new ThroughputMeter();
  #notBeforeMs = 0;
  #acceptedAtMs = 0;
  #isProbing = false;
  /** Nothing new is to be sent. */
  #isSettling = false;
  #serverSeenAtMs = -Infinity;
  #timer = 0;
  #sentBytes = 0;
  /** @type {Failure | null} */
  #failure = null;

  /**
   * @param {object} wiring
   * @param {string} wiring.url of POST /NAME/live
   * @param {() => Promise<import('./stream-probe.js').ProbedStream | null>} wiring.probe what the
   *   server says of the stream; null when that does not answer in time
   * @param {(verdict: Verdict | 'overflow', answer: Answer | null) => void} wiring.onVerdict the
   *   session cannot go on; it has been dropped
   * @param {() => void} wiring.onAccepted a parcel is in
   * @param {(lostMs: number) => void} wiring.onLost that much media was dropped for what is newer
   * @param {(bytes: number) => void} wiring.onSmallerParcels something on the way does not let
   *   larger ones through
   */
  constructor({ url, probe, onVerdict, onAccepted, onLost, onSmallerParcels }) {
    this.#url = url;
    this.#probe = probe;
    this.#onVerdict = onVerdict;
    this.#onAccepted = onAccepted;
    this.#onLost = onLost;
    this.#onSmallerParcels = onSmallerParcels;
  }

  /**
   * Begins a recording. What is left of the one before gets some time to go out first.
   * @param {{mimeType: string, takesOver: boolean, giveOldOneMs: number}} session
   * @returns {ParcelQueue} where its chunks belong
   */
  begin({ mimeType, takesOver, giveOldOneMs }) {
    const queue = new ParcelQueue(crypto.randomUUID(), mimeType, takesOver, this.#limit);
    this.#queues.push(queue);
    if (this.#queues.length > 1) this.#giveUpAtMs = performance.now() + giveOldOneMs;
    this.tick();
    return queue;
  }

  /**
   * @param {ParcelQueue} queue of its recording; nothing happens when that has been dropped
   * @param {import('./parcel-queue.js').Chunk} chunk
   */
  add(queue, chunk) {
    if (!this.#queues.includes(queue)) return;
    queue.add(chunk);
    const { mediaMs, bytes } = this.waiting;
    if (mediaMs > KEPT_MEDIA_MS_MAX || bytes > KEPT_BYTES_MAX) this.#end('overflow', null);
    this.tick();
  }

  /** Waits until everything is in, for a while at most; then drops the rest. */
  async finish(timeoutMs) {
    const endMs = performance.now() + timeoutMs;
    const isDone = () => this.#queues.every((queue) => queue.isClosed && queue.isEmpty);
    while (!isDone() && performance.now() < endMs) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    this.discard();
  }

  /** Sends nothing more. Waits for answers to what is under way, for a while at most. */
  async settle(timeoutMs) {
    const endMs = performance.now() + timeoutMs;
    this.#isSettling = true;
    while (this.#requests.size > 0 && performance.now() < endMs) {
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    this.discard();
  }

  /** Drops everything, even what is under way. */
  discard() {
    this.#abortRequests();
    this.#queues = [];
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /**
   * The server no longer has the stream. If it does not say why, there are two guesses: the stream
   * was stopped while all was well, or it was lost while nothing arrived.
   * @param {import('./stream-probe.js').ProbedStream} stream
   */
  streamIsGone({ state, endReason }) {
    const guess = state === 'ended' && this.isWell ? 'stopped' : 'unknown';
    const reason = endReason ?? guess;
    this.#end(verdictOnEnd(reason), { ...NO_ANSWER, reason });
    this.tick();
  }

  /** Tries again now, without waiting: there is reason to hope. */
  retryNow() {
    this.#notBeforeMs = 0;
    this.tick();
  }

  get sentBytes() { return this.#sentBytes; }
  get failure() { return this.#failure; }
  /** The server has taken something a moment ago, and nothing went wrong since. */
  get isWell() {
    return this.#failure === null && performance.now() - this.#acceptedAtMs < RECENT_MS;
  }
  /** Whether the server has ever taken something. */
  get hasBegun() { return this.#acceptedAtMs > 0; }
  get throughputBps() { return this.#throughput.bitsPerSecond(performance.now()); }

  /** What the server has not taken yet, and for how long the oldest of it has been here. */
  get waiting() {
    const first = this.#queues.find((queue) => queue.oldestAtMs !== null);
    return {
      bytes: this.#queues.reduce((sum, queue) => sum + queue.bytes, 0),
      mediaMs: this.#queues.reduce((sum, queue) => sum + queue.mediaMs, 0),
      lagMs: first ? performance.now() - first.oldestAtMs : 0,
    };
  }

  /** Does all work that is due. May be called at any time. */
  tick() {
    const nowMs = performance.now();
    this.#moveOn(nowMs);
    const queue = this.#queues[0];
    if (!queue) return;
    if (nowMs >= this.#notBeforeMs) this.#sendWhatFits(queue);
    this.#watchForSilence(queue, nowMs);
    this.#scheduleTick(nowMs);
  }

  #scheduleTick(nowMs) {
    clearTimeout(this.#timer);
    const untilRetryMs = this.#notBeforeMs - nowMs;
    const delayMs = untilRetryMs > 0 ? Math.min(untilRetryMs, TICK_MS) : TICK_MS;
    this.#timer = setTimeout(() => this.tick(), delayMs);
  }

  /** From a finished recording to the next. */
  #moveOn(nowMs) {
    const isOver = (queue) => (queue.isClosed && queue.isEmpty) || nowMs >= this.#giveUpAtMs;
    while (this.#queues.length > 1 && isOver(this.#queues[0])) {
      this.#abortRequests();
      const { mediaMs } = this.#queues.shift();
      if (mediaMs > 0) this.#onLost(mediaMs);
      if (this.#queues.length === 1) this.#giveUpAtMs = Infinity;
      this.#notBeforeMs = 0;
    }
  }

  #sendWhatFits(queue) {
    if (this.#isSettling) return;
    for (let parcel = queue.next(); parcel; parcel = queue.next()) {
      const sent = parcel;
      const request = new ParcelRequest(this.#url, queue, sent, (answer) => {
        this.#requests.delete(sent);
        this.#answered(queue, sent, answer);
      });
      this.#requests.set(sent, request);
    }
  }

  #answered(queue, parcel, answer) {
    const verdict = this.#verdictOn(answer, queue);
    if (verdict === 'accepted') {
      this.#accepted(queue, parcel);
    } else if (verdict === 'retry') {
      queue.putBack(parcel);
      this.#failed(answer);
    } else if (verdict === 'too-large') {
      this.#tooLarge(queue, parcel, answer);
    } else if (verdict === 'incomplete-beginning') {
      if (!queue.growBeginning(parcel)) this.#end('bad-media', answer);
    } else {
      this.#end(verdict, answer);
    }
    this.tick();
  }

  #verdictOn(answer, queue) {
    const verdict = verdictOn(answer, queue);
    // A broadcast that has begun does not end because the server has no room just now.
    const isFull = verdict === 'no-space' || verdict === 'server-full';
    return isFull && this.hasBegun ? 'retry' : verdict;
  }

  /**
   * A proxy refuses the parcel for its size. Later ones are called back, so that their numbers are
   * free for smaller ones; the delay of a failure lets that get through.
   */
  #tooLarge(queue, parcel, answer) {
    const mayHelp = this.#limit.refused(parcel.body.size);
    this.#callBackAll(queue);
    queue.putBack(parcel);
    if (mayHelp) {
      queue.cutAnew(parcel);
      this.#onSmallerParcels(this.#limit.bytes);
    }
    this.#failed(answer);
  }

  #accepted(queue, parcel) {
    this.#acceptedAtMs = performance.now();
    this.#sentBytes += parcel.body.size;
    this.#throughput.add(parcel.body.size, this.#acceptedAtMs);
    this.#failure = null;
    this.#failedTries = 0;
    this.#notBeforeMs = 0;
    queue.acknowledge(parcel);
    this.#onAccepted();
  }

  #failed(answer, sinceMs = performance.now()) {
    const nowMs = performance.now();
    this.#failure = { sinceMs: this.#failure?.sinceMs ?? sinceMs, answer };
    // Several requests that break together are one failure.
    if (nowMs < this.#notBeforeMs) return;
    const delayMs = backoffMs(this.#failedTries, BACKOFF);
    this.#failedTries += 1;
    this.#notBeforeMs = nowMs + Math.max(delayMs, answer.retryAfterMs ?? 0);
  }

  /** The session being sent cannot go on. If a newer one waits already, that is the way on. */
  #end(verdict, answer) {
    const dropped = verdict === 'overflow' ? this.#queues : this.#queues.slice(0, 1);
    const lostMs = dropped.reduce((sum, queue) => sum + queue.mediaMs, 0);
    this.#queues = this.#queues.slice(dropped.length);
    this.#abortRequests();
    if (lostMs > 0) this.#onLost(lostMs);
    if (this.#queues.length === 0) this.#onVerdict(verdict, answer);
  }

  #abortRequests() {
    for (const request of this.#requests.values()) request.abort();
    this.#requests.clear();
  }

  /** The oldest parcel has neither moved nor been answered: is the connection dead? */
  #watchForSilence(queue, nowMs) {
    const request = this.#requests.get(queue.oldestSending);
    if (!request) return;
    const movedAtMs = Math.max(request.movedAtMs, this.#acceptedAtMs);
    if (nowMs - movedAtMs > PATIENCE_MS_MAX) return this.#sendAllAgain(queue);
    const quietSinceMs = Math.max(movedAtMs, this.#serverSeenAtMs);
    if (nowMs - quietSinceMs > QUIET_MS_MAX && !this.#isProbing) this.#askServer(queue, request);
  }

  async #askServer(queue, request) {
    this.#isProbing = true;
    const stream = await this.#probe();
    this.#isProbing = false;
    if (queue !== this.#queues[0] || this.#requests.get(queue.oldestSending) !== request) return;
    if (stream === null) {
      this.#sendAllAgain(queue);
    } else {
      this.#serverSeenAtMs = performance.now();
      // It waits for the beginning of something that it no longer knows.
      if (queue.isBegun && isGone(stream)) this.streamIsGone(stream);
    }
    this.tick();
  }

  #sendAllAgain(queue) {
    const movedAtMs = [...this.#requests.values()].map((request) => request.movedAtMs);
    this.#callBackAll(queue);
    this.#failed(NO_ANSWER, Math.min(...movedAtMs));
  }

  #callBackAll(queue) {
    for (const parcel of this.#requests.keys()) queue.putBack(parcel);
    this.#abortRequests();
  }
}
