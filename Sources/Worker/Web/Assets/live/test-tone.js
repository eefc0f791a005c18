// A soft note at every full second of the wall clock, a higher one at every fifth: gentle enough to
// stay, sharp enough to hear whether sound and picture agree.

const LEVEL = 0.12;
const NOTE_S = 0.35;
/** Notes are put down this far ahead, because a hidden tab's timers are slow. */
const AHEAD_S = 3;
const PLAN_EVERY_MS = 1_000;

export class TestTone {
  #context;
  #output;
  #timer;
  /** The next second, of the wall clock, that has no note yet. */
  #nextS = Math.ceil(Date.now() / 1000);

  /**
   * @param {AudioContext} context
   * @param {AudioNode} destination
   */
  constructor(context, destination) {
    this.#context = context;
    this.#output = new GainNode(context);
    this.#output.connect(destination);
    this.#timer = setInterval(() => this.#plan(), PLAN_EVERY_MS);
    this.#plan();
  }

  stop() {
    clearInterval(this.#timer);
    this.#output.disconnect();
  }

  #plan() {
    const nowS = Date.now() / 1000;
    this.#nextS = Math.max(this.#nextS, Math.ceil(nowS));
    for (; this.#nextS < nowS + AHEAD_S; this.#nextS += 1) {
      const atS = this.#context.currentTime + this.#nextS - nowS;
      this.#note(atS, this.#nextS % 5 === 0 ? 880 : 587.33);
    }
  }

  #note(atS, frequency) {
    const note = new OscillatorNode(this.#context, { type: 'sine', frequency });
    const envelope = new GainNode(this.#context, { gain: 0 });
    envelope.gain.setValueAtTime(0, atS);
    envelope.gain.linearRampToValueAtTime(LEVEL, atS + 0.01);
    envelope.gain.exponentialRampToValueAtTime(LEVEL / 200, atS + NOTE_S);
    note.connect(envelope).connect(this.#output);
    note.start(atS);
    note.stop(atS + NOTE_S);
  }
}
