// One broadcast, from "Go live" to its end. It keeps a recorder running and its chunks going out,
// and starts the recorder anew, as a new session, whenever that is needed. An end against the
// broadcaster's will is reported as a reason, once; then the broadcast is over.

import { verdictOnEnd } from './publish-answer.js';
import { Recording } from './recorder.js';
import { StallWatch } from './stall-watch.js';
import { isGone, probeStream } from './stream-probe.js';
import { Uploader } from './uploader.js';

/** Reasons that a broadcast ends for: see failure-words.js. */
/** @typedef {'already-live' | 'not-yours' | 'taken-over' | 'ended-elsewhere' | 'no-space'
 *   | 'server-full' | 'signed-out' | 'other-account' | 'account-disabled' | 'refused' | 'bad-media'
 *   | 'recorder-failed' | 'recorder-silent'} EndReason */

/** How long waiting chunks have to go out when the recorder is changed on purpose. */
const CHANGE_PATIENCE_MS = 2_000;
const STOP_PATIENCE_MS = 3_000;
/** A recorder from which no media has come for so long will not go on. Opening takes longer. */
const RECORDER_SILENCE_MS = 4_000;
const FIRST_MEDIA_MS = 6_000;
/** The reason to report when nothing helps. */
const REASON_OF_FAULT = {
  silent: 'recorder-silent', failed: 'recorder-failed', 'bad-media': 'bad-media',
};

export class Broadcast {
  #url;
  #onAccepted;
  #onMissed;
  #onBegunAnew;
  #onFault;
  #onEnd;
  #uploader;
  /** @type {Recording | null} */
  #recording = null;
  /** @type {{stream: MediaStream, plan: import('./recorder.js').RecordingPlan} | null} */
  #what = null;
  #wantsTakeOver = false;
  #isOver = false;
  /** The page goes away, and what there was to be said is said. */
  #isLeft = false;
  #life = new StallWatch();
  #stillMs = 0;
  #copy;

  /**
   * @param {string} name
   * @param {import('./broadcast-copy.js').BroadcastCopy | null} copy gets all that is recorded
   * @param {object} handlers
   * @param {() => void} handlers.onAccepted the server has taken something
   * @param {(missedMs: number) => void} handlers.onMissed viewers will not see that much
   * @param {(reason: string) => void} handlers.onBegunAnew it was over at the server, for a reason
   *   that was not intended
   * @param {(bytes: number) => void} handlers.onSmallerParcels something on the way does not let
   *   larger ones through
   * @param {(fault: import('./repair-ladder.js').Fault,
   *   answer: import('./publish-answer.js').Answer | null) => void} handlers.onFault the recorder
   *   has come to nothing: the way on is change(), or fail()
   * @param {(reason: EndReason, answer: import('./publish-answer.js').Answer | null) => void}
   *   handlers.onEnd
   */
  constructor(name, copy, { onAccepted, onMissed, onBegunAnew, onSmallerParcels, onFault, onEnd }) {
    this.name = name;
    this.#copy = copy;
    this.#url = `/${name}/live`;
    this.#onAccepted = onAccepted;
    this.#onMissed = onMissed;
    this.#onBegunAnew = onBegunAnew;
    this.#onFault = onFault;
    this.#onEnd = onEnd;
    this.#uploader = new Uploader({
      url: this.#url,
      probe: () => probeStream(name),
      onVerdict: (verdict, answer) => this.#handle(verdict, answer),
      onAccepted: () => { if (!this.#isOver) this.#onAccepted(); },
      onLost: (lostMs) => { if (!this.#isOver && this.#uploader.hasBegun) this.#onMissed(lostMs); },
      onSmallerParcels,
    });
  }

  /**
   * @param {MediaStream} stream
   * @param {import('./recorder.js').RecordingPlan} plan
   * @param {boolean} takesOver whether to end what is live under the name, if it is ours
   */
  start(stream, plan, takesOver) {
    this.#what = { stream, plan };
    this.#wantsTakeOver = takesOver;
    this.#record({ takesOver, giveOldOneMs: 0 });
  }

  /** Goes on with another picture, or another way of recording. Viewers stay. */
  change(stream, plan) {
    if (this.#isOver) return;
    this.#what = { stream, plan };
    this.#record({ takesOver: this.#mayTakeOver, giveOldOneMs: CHANGE_PATIENCE_MS });
  }

  /** Sends what is left, then tells the server that it is over. */
  async stop() {
    this.#isOver = true;
    this.#recording?.stop();
    await this.#uploader.finish(STOP_PATIENCE_MS);
    await this.#delete(AbortSignal.timeout(STOP_PATIENCE_MS));
  }

  /** The page goes away: there is only time to say so. Also while it is being cancelled. */
  leave() {
    this.#isOver = true;
    this.#isLeft = true;
    this.#recording?.stop();
    this.#uploader.discard();
    // What another device has live is not to end because this one wanted to take it over.
    if (this.#uploader.hasBegun) this.#delete(null);
  }

  /** It was begun by mistake. @returns {Promise<void>} another one may begin */
  async cancel() {
    this.#isOver = true;
    this.#recording?.stop();
    // Whose broadcast is live there, the answer to the first parcel says.
    await this.#uploader.settle(STOP_PATIENCE_MS);
    if (!this.#uploader.hasBegun || this.#isLeft) return;
    await this.#delete(AbortSignal.timeout(STOP_PATIENCE_MS));
  }

  /** Looks after everything; to be called a few times a second. */
  tick() {
    this.#uploader.tick();
    const recording = this.#recording;
    if (this.#isOver || !recording) return;
    // Only bytes of media are a sign of life.
    this.#stillMs = this.#life.look(recording.progress, performance.now());
    if (this.#life.hasSlept) recording.encoder.slept();
    const patienceMs = recording.hasMedia ? RECORDER_SILENCE_MS : FIRST_MEDIA_MS;
    if (this.#stillMs >= patienceMs) this.#onFault('silent', null);
  }

  /**
   * Nothing has helped.
   * @param {import('./repair-ladder.js').Fault} fault
   */
  fail(fault, answer) { this.#end(REASON_OF_FAULT[fault], answer); }

  /** There is reason to hope that the server can be reached again. */
  retryNow() { this.#uploader.retryNow(); }

  /** The server has said, on another way, that it does not have the stream (any more). */
  async heardThatStreamIsGone() {
    if (this.#isOver || !this.#uploader.hasBegun) return;
    // That news may be older than our last parcel.
    const stream = await probeStream(this.name);
    if (stream && isGone(stream) && !this.#isOver) this.#uploader.streamIsGone(stream);
  }

  get sentBytes() { return this.#uploader.sentBytes; }
  get throughputBps() { return this.#uploader.throughputBps; }
  get failure() { return this.#uploader.failure; }

  /** What the server has not taken, and for how long the oldest of it has been here. */
  get waiting() { return this.#uploader.waiting; }

  /** The state of the recorder: for how long no media has come, and how it keeps up. */
  get recorder() { return { stillMs: this.#stillMs, encoder: this.#recording?.encoder ?? null }; }

  /** What is ours may be taken over: what we began, or what the broadcaster has said is theirs. */
  get #mayTakeOver() { return this.#uploader.hasBegun || this.#wantsTakeOver; }

  #record({ takesOver, giveOldOneMs }) {
    this.#recording?.stop();
    this.#life = new StallWatch();
    this.#stillMs = 0;
    const { stream, plan } = this.#what;
    const queue = this.#uploader.begin({ mimeType: plan.mimeType, takesOver, giveOldOneMs });
    const part = this.#copy?.begin(plan.mimeType) ?? null;
    try {
      const recording = new Recording(stream, plan, {
        onChunk: (chunk) => {
          this.#uploader.add(queue, chunk);
          part?.add(chunk.blob);
        },
        onComplete: () => {
          queue.close();
          part?.end();
        },
        onBroken: () => { if (recording === this.#recording) this.#fault('failed', null); },
      });
      this.#recording = recording;
    } catch {
      this.#recording = null;
      queue.close();
      part?.end();
      this.#fault('failed', null);
    }
  }

  /** @param {import('./publish-answer.js').Verdict | 'overflow'} verdict */
  #handle(verdict, answer) {
    if (this.#isOver) return;
    const hasBegun = this.#uploader.hasBegun;
    switch (verdict) {
      case 'overflow':
        return this.#record({ takesOver: this.#mayTakeOver, giveOldOneMs: 0 });
      case 'session-lost':
        return this.#goOnAfterLoss(answer?.reason ?? null);
      case 'bad-media':
        return this.#fault('bad-media', answer);
      case 'stream-ended':
        return this.#end('ended-elsewhere', answer);
      case 'already-live':
        if (hasBegun) return this.#end('taken-over', answer);
        return this.#end(this.#wantsTakeOver ? 'not-yours' : 'already-live', answer);
      default:
        return this.#end(verdict, answer);
    }
  }

  /**
   * The server does not know our session any more.
   * @param {string | null} told why, if it has said so
   */
  async #goOnAfterLoss(told) {
    const reason = told ?? await this.#reasonOfEnd();
    if (this.#isOver) return undefined;
    const verdict = verdictOnEnd(reason);
    if (verdict !== 'session-lost') return this.#handle(verdict, null);
    // If another broadcast is live there by now, the answer will say so.
    this.#record({ takesOver: false, giveOldOneMs: 0 });
    return this.#onBegunAnew(reason);
  }

  async #reasonOfEnd() {
    const wasWell = this.#uploader.isWell;
    const stream = await probeStream(this.name);
    return stream?.endReason ?? (stream?.state === 'ended' && wasWell ? 'stopped' : 'unknown');
  }

  #fault(fault, answer) {
    if (!this.#isOver) this.#onFault(fault, answer);
  }

  #end(reason, answer) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#recording?.stop();
    this.#uploader.discard();
    this.#onEnd(reason, answer);
  }

  async #delete(signal) {
    try {
      await fetch(this.#url, { method: 'DELETE', keepalive: signal === null, signal });
    } catch {
      // The server ends a stream by itself when nothing more comes.
    }
  }
}
