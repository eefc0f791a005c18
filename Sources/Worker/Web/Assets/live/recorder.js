// One MediaRecorder from start to stop. What it gives is cut at any byte, so the chunks of one
// recording belong together and in order; another recording begins with a header of its own.
// Times are of performance.now(), in ms.

/**
 * How often the recorder hands out what it has: with the next packet of sound (60 ms in Chromium),
 * so this makes about 250 ms.
 */
const TIMESLICE_MS = 220;
/** Viewers can join at a key frame only. Browsers that do not know the option ignore it. */
const KEY_FRAME_INTERVAL_MS = 1_000;

/**
 * @typedef {object} RecordingPlan
 * @property {string} mimeType
 * @property {number} videoBps
 * @property {number} audioBps
 */

export class Recording {
  /** @type {MediaRecorder} */
  #recorder;
  #chunkStartedAtMs = performance.now();
  #isStopping = false;

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
    this.#recorder.ondataavailable = ({ data }) => onChunk(this.#chunkOf(data));
    this.#recorder.onstop = () => {
      onComplete();
      if (!this.#isStopping) onBroken();
    };
    this.#recorder.start(TIMESLICE_MS);
  }

  /** When it last gave something, or was started. */
  get chunkAtMs() { return this.#chunkStartedAtMs; }

  /** The last chunk comes a little later, then onComplete. */
  stop() {
    this.#isStopping = true;
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
  }

  #chunkOf(blob) {
    const nowMs = performance.now();
    const startedAtMs = this.#chunkStartedAtMs;
    this.#chunkStartedAtMs = nowMs;
    return { blob, startedAtMs, durationMs: nowMs - startedAtMs };
  }
}
