// Keeps an eye on one broadcast: how it is doing, who watches, what the summary will say.

import { AirHealth } from './air-health.js';
import { showCurve } from './audience-curve.js';
import { AudienceHistory } from './audience-history.js';
import { AudienceWatch } from './audience-watch.js';
import { OnAirView } from './on-air-view.js';
import { lowerBitrateBps } from './quality.js';
import { showSummary } from './summary.js';
import { viewerDelayMs } from './viewer-delay.js';

/**
 * @typedef {object} Situation what the page knows
 * @property {import('./recorder.js').RecordingPlan} plan
 * @property {number | null} sourceFramesPerSecond
 * @property {boolean} hasLighterCodec
 * @property {import('./repair-ladder.js').SoundRoute | null} soundRoute
 * @property {boolean} isSoundHeld
 */

/** The oldest that the server has not taken may be here for so long when nothing waits for anything. */
const AT_EASE_MS = 1_000;

export class AirMonitor {
  #broadcast;
  #audience;
  #view = new OnAirView();
  #health = new AirHealth();
  #history = new AudienceHistory();
  #liveSinceMs = 0;
  missedMs = 0;

  /** @param {import('./broadcast.js').Broadcast} broadcast */
  constructor(broadcast) {
    this.#broadcast = broadcast;
    this.#audience = new AudienceWatch(broadcast.name, {
      onGone: () => broadcast.heardThatStreamIsGone(),
      onBack: () => broadcast.retryNow(),
    });
    this.#view.begin(broadcast.name);
  }

  close() { this.#audience.close(); }

  beginsNow() { this.#liveSinceMs = performance.now(); }

  recordsAnew() { this.#health.recordsAnew(); }

  /** For how long it has been live. */
  get elapsedMs() { return performance.now() - this.#liveSinceMs; }

  /** How long something has been wrong; 0 when all is well. */
  get troubleMs() {
    const { failure } = this.#broadcast;
    return failure === null ? 0 : performance.now() - failure.sinceMs;
  }

  /** Whether the upload keeps up, whatever else is wrong: then there is room for something else. */
  get isAtEase() {
    const { failure, waiting } = this.#broadcast;
    return failure === null && waiting.lagMs < AT_EASE_MS;
  }

  /** @param {Situation} situation */
  judge({ plan, sourceFramesPerSecond, hasLighterCodec, soundRoute, isSoundHeld }) {
    const { mediaMs, lagMs } = this.#broadcast.waiting;
    const { stillMs, encoder } = this.#broadcast.recorder;
    return this.#health.judge({
      upload: {
        lagMs,
        waitingMediaMs: mediaMs,
        bitrateBps: plan.videoBps,
        failure: this.#broadcast.failure,
        isOnline: navigator.onLine,
        lowerBps: this.lowerBps(plan.videoBps),
      },
      stillMs,
      encoder: {
        behindMs: encoder?.behindMs ?? 0,
        framesPerSecond: encoder?.framesPerSecond ?? null,
        sourceFramesPerSecond,
      },
      plan: { id: plan.codec.id, size: plan.size },
      hasLighterCodec,
      soundRoute,
      isSoundHeld,
      heldBackMs: this.#audience.heldBackMs,
    }, performance.now());
  }

  /** What to lower the bitrate to; null when that is not possible. */
  lowerBps(videoBps) { return lowerBitrateBps(videoBps, this.#broadcast.throughputBps); }

  /**
   * @param {ReturnType<AirHealth['judge']>} health
   * @param {string} codecID of the picture
   * @param {string} copy what becomes of the copy on this device
   */
  show(health, codecID, copy) {
    const nowMs = performance.now();
    if (this.#history.add(this.#audience.viewers, nowMs)) showCurve(this.#history, nowMs);
    const isReached = health.level !== 'offline';
    this.#view.show({
      elapsedMs: this.elapsedMs,
      sentBytes: this.#broadcast.sentBytes,
      bitrateBps: this.#broadcast.throughputBps,
      viewers: this.#audience.viewers,
      mostViewers: this.#history.most,
      delayMs: isReached ? viewerDelayMs(health.lagMs, codecID) : null,
      audience: this.#audience.words,
      copy,
      health,
    });
  }

  showSummary() {
    showSummary({
      elapsedMs: this.elapsedMs,
      sentBytes: this.#broadcast.sentBytes,
      peakViewers: this.#audience.peakViewers,
      missedMs: this.missedMs,
    });
  }
}
