// Mixes all sounds (microphone, the sound of a shared screen, a test tone) into one track that
// stays the same while sources come and go, and measures its level.
//
// The browser may hold the mix back: before the page is used, during a call, when an output device
// is lost. Then it is asked to go on, again and again, and the broadcaster is told.

import { StallWatch } from './stall-watch.js';
import { TestTone } from './test-tone.js';

const READY_TIMEOUT_MS = 1_000;
/** Whether it runs is settled after this. */
const HELD_MS = 1_200;
const RESUME_EVERY_MS = 1_000;
/** The meter's lower end. */
const QUIETEST_DB = -54;

export class Sound {
  // The ordinary output, although nothing is played: the clock of the one without a device (sinkId
  // 'none') has holes on a busy machine.
  #context = new AudioContext({ latencyHint: 'interactive' });
  #output = this.#context.createMediaStreamDestination();
  #analyser = this.#context.createAnalyser();
  #samples = new Float32Array(1024);
  /** @type {AudioNode[]} */
  #inputs = [];
  /** @type {TestTone | null} */
  #tone = null;
  #clock = new StallWatch();
  #stillMs = 0;
  #resumedAtMs = -Infinity;

  constructor() {
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.connect(this.#output);
    // A mix of nothing does not flow, whatever its clock says; a mix with silence does.
    const silence = new ConstantSourceNode(this.#context, { offset: 0 });
    silence.connect(this.#analyser);
    silence.start();
    this.#context.onstatechange = () => this.#resumeIfHeld(performance.now());
  }

  /** The mix, as long as this object lives. */
  get track() { return this.#output.stream.getAudioTracks()[0]; }

  /**
   * Whether sound flows. A browser may hold it back until the page is used; and a recorder that
   * waits for sound records nothing.
   * @returns {Promise<boolean>}
   */
  async ready() {
    if (this.#context.state === 'running') return this.isRunning;
    const timeout = new Promise((resolve) => { setTimeout(resolve, READY_TIMEOUT_MS); });
    await Promise.race([this.#context.resume().catch(() => {}), timeout]);
    return this.#context.state === 'running';
  }

  /** Whether sound flowed at the last look. Its clock may stand still as well. */
  get isRunning() { return this.#context.state === 'running' && this.#stillMs < HELD_MS; }

  /**
   * To be called a few times a second: asks for sound that is held back.
   * @returns {boolean} whether sound has not flowed for a while
   */
  look(nowMs) {
    this.#stillMs = this.#clock.look(this.#context.currentTime, nowMs);
    this.#resumeIfHeld(nowMs);
    return this.#stillMs >= HELD_MS;
  }

  /**
   * From now on, these are the sounds of the mix.
   * @param {MediaStreamTrack[]} tracks
   * @param {boolean} hasTone
   */
  use(tracks, hasTone) {
    for (const input of this.#inputs) input.disconnect();
    this.#inputs = tracks.map((track) => {
      const input = this.#context.createMediaStreamSource(new MediaStream([track]));
      input.connect(this.#analyser);
      return input;
    });
    if (hasTone) this.#tone ??= new TestTone(this.#context, this.#analyser);
    else this.#stopTone();
    this.ready();
  }

  /** The present level: 0 (silence) to 1 (as loud as can be). */
  get level() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const peak = this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    const decibels = 20 * Math.log10(peak + 1e-9);
    return Math.min(Math.max(1 - decibels / QUIETEST_DB, 0), 1);
  }

  #resumeIfHeld(nowMs) {
    if (this.#context.state === 'running' || nowMs - this.#resumedAtMs < RESUME_EVERY_MS) return;
    this.#resumedAtMs = nowMs;
    this.#context.resume().catch(() => {});
  }

  #stopTone() {
    this.#tone?.stop();
    this.#tone = null;
  }
}
