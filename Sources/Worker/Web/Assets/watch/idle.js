// Hides the controls while nobody needs them: after some seconds of playing without a move. Never
// while the keyboard is in them or the pointer over them; any move, key or touch brings them back.

const IDLE_MS = 3_000;
/** A mouse reports these moves even when it lies still. */
const MOVED_PIXELS = 2;

export class Idle {
  #frame;
  #controls;
  #mayHide;
  #timer = 0;

  /**
   * @param {HTMLElement} frame      gets data-controls="shown" or "hidden"
   * @param {HTMLElement} controls
   * @param {() => boolean} mayHide  whether something plays
   */
  constructor(frame, controls, mayHide) {
    this.#frame = frame;
    this.#controls = controls;
    this.#mayHide = mayHide;
    frame.addEventListener('pointermove', (event) => {
      const distance = Math.abs(event.movementX) + Math.abs(event.movementY);
      if (event.pointerType !== 'mouse' || distance >= MOVED_PIXELS) this.stir();
    });
    frame.addEventListener('focusin', () => this.stir());
    controls.addEventListener('pointerdown', () => this.stir());
    controls.addEventListener('input', () => this.stir());
    frame.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse') this.#hideIfIdle();
    });
  }

  get isShown() { return this.#frame.dataset.controls === 'shown'; }

  /** Somebody is there. */
  stir() {
    this.#frame.dataset.controls = 'shown';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hideIfIdle(), IDLE_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#hideIfIdle();
  }

  #hideIfIdle() {
    const isInUse = this.#controls.matches(':has(:focus-visible)')
      || this.#controls.querySelector('.player-buttons:hover, .player-seek:hover') !== null;
    if (isInUse || !this.#mayHide()) {
      this.#timer = setTimeout(() => this.#hideIfIdle(), IDLE_MS);
      return;
    }
    this.#frame.dataset.controls = 'hidden';
  }
}
