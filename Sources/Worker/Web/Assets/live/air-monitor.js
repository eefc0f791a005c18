// Keeps an eye on one broadcast: how it does, who watches, what the summary will say.

import { AudienceWatch } from './audience-watch.js';
import { OnAirView } from './on-air-view.js';
import { lowerBitrateBps } from './quality.js';
import { UploadHealth } from './upload-health.js';

export class AirMonitor {
  #broadcast;
  #audience;
  #view = new OnAirView();
  #health = new UploadHealth();
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

  /** How long something has been wrong; 0 when all is well. */
  get troubleMs() {
    const { failure } = this.#broadcast;
    return failure === null ? 0 : performance.now() - failure.sinceMs;
  }

  /** @param {number} videoBps of the recorder */
  judge(videoBps) {
    const { mediaMs, lagMs } = this.#broadcast.waiting;
    return this.#health.judge({
      lagMs,
      waitingMediaMs: mediaMs,
      bitrateBps: videoBps,
      failure: this.#broadcast.failure,
      isOnline: navigator.onLine,
      lowerBps: this.lowerBps(videoBps),
    }, performance.now());
  }

  /** What to lower the bitrate to; null when that is not possible. */
  lowerBps(videoBps) { return lowerBitrateBps(videoBps, this.#broadcast.throughputBps); }

  /** @param {number} videoBps */
  show(videoBps) {
    this.#view.show({
      elapsedMs: this.#elapsedMs,
      sentBytes: this.#broadcast.sentBytes,
      bitrateBps: this.#broadcast.throughputBps,
      viewers: this.#audience.viewers,
      health: this.judge(videoBps),
    });
  }

  showSummary() {
    this.#view.showSummary({
      elapsedMs: this.#elapsedMs,
      sentBytes: this.#broadcast.sentBytes,
      peakViewers: this.#audience.peakViewers,
      missedMs: this.missedMs,
    });
  }

  get #elapsedMs() { return performance.now() - this.#liveSinceMs; }
}
