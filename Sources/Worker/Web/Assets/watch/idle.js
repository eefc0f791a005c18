// Hides the controls while they are not needed: after some seconds of playing without a move. Never
// while the keyboard is in them or the pointer over them; any move, key or tap brings them back.
//
// What is hidden cannot be pressed: the style sheet takes pointers away from it, and a press that
// began while it was hidden does not count, wherever the browser finds the press's target after the
// controls have been shown.

const IDLE_MS = 3_000;
/** A mouse reports these moves even when it lies still. */
const MOVED_PIXELS = 2;

export class Idle {
  #frame;
  #controls;
  #mayHide;
  #timer = 0;
  /** Whether the controls could be seen when the pointer that is down now went down. */
  #wasShown = true;

  /**
   * @param {HTMLElement} frame      gets data-controls="shown" or "hidden"
   * @param {HTMLElement} controls
   * @param {() => boolean} mayHide  whether something plays
   */
  constructor(frame, controls, mayHide) {
    this.#frame = frame;
    this.#controls = controls;
    this.#mayHide = mayHide;
    frame.addEventListener('pointerdown', () => { this.#wasShown = this.isShown; }, true);
    frame.addEventListener('click', (event) => this.#dropBlindPress(event), true);
    frame.addEventListener('pointermove', (event) => {
      // A finger that trembles has not asked for anything yet.
      if (event.pointerType === 'touch') return;
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

  /** The viewer has done something: shows the controls. */
  stir() {
    this.#frame.dataset.controls = 'shown';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hideIfIdle(), IDLE_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#hideIfIdle();
  }

  /** Drops a press on hidden controls. Keys and assistive software press without a pointer. */
  #dropBlindPress(event) {
    if (this.#wasShown || event.detail === 0 || !this.#controls.contains(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    this.stir();
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
