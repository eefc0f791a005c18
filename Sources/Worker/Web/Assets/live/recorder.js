// One MediaRecorder from start to stop. Its output is cut at any byte, so the chunks of one
// recording belong together and in order; another recording begins with a header of its own. Its
// bytes are parsed as well: their times show whether it is alive, and keeps up. Times are of
// performance.now(), in ms.

import { EncoderMeter } from './encoder-meter.js';
import { RecordedTimeline } from './recorded-timeline.js';

/**
 * How often the recorder hands out what it has: with the next packet of sound (60 ms in Chromium),
 * so this makes about 120 ms.
 */
const TIMESLICE_MS = 100;
/** Viewers can join at a key frame only. Browsers that do not know the option ignore it. */
const KEY_FRAME_INTERVAL_MS = 1_000;

/**
 * @typedef {object} RecordingPlan
 * @property {string} mimeType
 * @property {import('./codec-choice.js').Codec} codec
 * @property {import('./quality.js').Size} size
 * @property {number} videoBps
 * @property {number} audioBps
 */

export class Recording {
  /** @type {MediaRecorder} */
  #recorder;
  #chunkStartedAtMs = performance.now();
  #isStopping = false;
  #timeline = new RecordedTimeline();
  #encoder = new EncoderMeter(this.#chunkStartedAtMs);
  #bytes = 0;
  /** Chunks are read in their order. */
  #reading = Promise.resolve();

  /**
   * Starts recording at once. Throws what MediaRecorder throws.
   * @param {MediaStream} stream
   * @param {RecordingPlan} plan
   * @param {object} handlers
   * @param {(chunk: import('./parcel-queue.js').Chunk) => void} handlers.onChunk
   * @param {() => void} handlers.onComplete after the last chunk, once
   * @param {() => void} handlers.onBroken it has stopped by itself; onComplete comes as well
   */
  constructor(stream, plan, { onChunk, onComplete, onBroken }) {
    this.#recorder = new MediaRecorder(stream, {
      mimeType: plan.mimeType,
      videoBitsPerSecond: plan.videoBps,
      audioBitsPerSecond: plan.audioBps,
      videoKeyFrameIntervalDuration: KEY_FRAME_INTERVAL_MS,
    });
    this.#recorder.ondataavailable = ({ data }) => {
      this.#follow(data, performance.now());
      onChunk(this.#chunkOf(data));
    };
    this.#recorder.onstop = () => {
      onComplete();
      if (!this.#isStopping) onBroken();
    };
    this.#recorder.start(TIMESLICE_MS);
  }

  /**
   * A value that changes as long as media comes out: the newest time in it; if the bytes cannot be
   * parsed, their number.
   */
  get progress() {
    return this.#timeline.isUnderstood ? this.#timeline.newestMs : `${this.#bytes} bytes`;
  }

  /** Whether any media has come. */
  get hasMedia() {
    return this.#timeline.isUnderstood ? this.#timeline.newestMs !== null : this.#bytes > 0;
  }

  /** How it keeps up. */
  get encoder() { return this.#encoder; }

  /** The last chunk comes a little later, then onComplete. */
  stop() {
    this.#isStopping = true;
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
  }

  #follow(blob, atMs) {
    this.#bytes += blob.size;
    if (blob.size === 0 || !this.#timeline.isUnderstood) return;
    this.#reading = this.#reading.then(() => blob.arrayBuffer()).then((buffer) => {
      this.#timeline.feed(new Uint8Array(buffer));
      const { videoMs, frames } = this.#timeline;
      if (videoMs !== null) this.#encoder.add(atMs, videoMs, frames);
    }).catch(() => { this.#timeline.isUnderstood = false; });
  }

  #chunkOf(blob) {
    const nowMs = performance.now();
    const durationMs = nowMs - this.#chunkStartedAtMs;
    if (blob.size > 0) this.#chunkStartedAtMs = nowMs;
    return { blob, readyAtMs: nowMs, durationMs };
  }
}
