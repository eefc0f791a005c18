// A picture of the broadcast where there is none to play: the newest, or the last one of the last broadcast, or
// the picture of the channel. It lies under what is said over the picture.

/** A page that plays soon needs none. */
const PATIENCE_MS = 1_000;
const ANSWER_MS = 10_000;
const STATES = new Set(['connecting', 'offline', 'unplayable']);
/** Height over width. The player has this shape. */
const SHAPE = 9 / 16;

export class Poster {
  #name;
  #picture;
  #still;
  #state = '';
  #timer = 0;

  /**
   * @param {string} name   of the stream
   * @param {string} picture   the address of the channel's; empty when it has none
   * @param {import('./still.js').Still} still
   */
  constructor(name, picture, still) {
    this.#name = name;
    this.#picture = picture;
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
    let canvas = await draw(`/${this.#name}/still`);
    if (!canvas && this.#picture) canvas = inShape(await draw(this.#picture));
    if (canvas && STATES.has(this.#state)) this.#still.put(canvas);
  }
}

/** @returns {Promise<HTMLCanvasElement | null>} null when there is none, or none that can be shown here */
async function draw(address) {
  try {
    const answer = await fetch(address, {
      priority: 'low', signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!answer.ok) return null;
    const { drawStill } = await import('../common/still.js');
    const canvas = document.createElement('canvas');
    await drawStill(canvas, await answer.blob());
    return canvas;
  } catch {
    // What is said stands for itself.
    return null;
  }
}

/** The middle of a square one, which fills the player. @param {HTMLCanvasElement | null} whole */
function inShape(whole) {
  if (!whole) return null;
  const canvas = document.createElement('canvas');
  canvas.width = whole.width;
  canvas.height = Math.max(1, Math.round(whole.width * SHAPE));
  canvas.getContext('2d').drawImage(whole, 0, (canvas.height - whole.height) / 2);
  return canvas;
}
