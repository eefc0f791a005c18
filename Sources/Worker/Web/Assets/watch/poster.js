// A picture of the broadcast where there is none to play: the newest, or the last one of the last broadcast.
// It lies under what is said over the picture.

/** A page that plays soon needs none. */
const PATIENCE_MS = 1_000;
const ANSWER_MS = 10_000;
const STATES = new Set(['connecting', 'offline', 'unplayable']);

export class Poster {
  #name;
  #still;
  #state = '';
  #timer = 0;

  /**
   * @param {string} name   of the stream
   * @param {import('./still.js').Still} still
   */
  constructor(name, still) {
    this.#name = name;
    this.#still = still;
  }

  /** After every change. @param {import('./player-state.js').PlayerState} state */
  show(state) {
    if (state === this.#state) return;
    this.#state = state;
    clearTimeout(this.#timer);
    if (!STATES.has(state) || this.#still.isShown) return;
    this.#timer = setTimeout(() => this.#load(), state === 'connecting' ? PATIENCE_MS : 0);
  }

  async #load() {
    try {
      const answer = await fetch(`/${this.#name}/still`, {
        priority: 'low', signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (!answer.ok) return;
      const { drawStill } = await import('../common/still.js');
      const canvas = document.createElement('canvas');
      await drawStill(canvas, await answer.blob());
      if (STATES.has(this.#state)) this.#still.put(canvas);
    } catch {
      // What is said stands for itself.
    }
  }
}
