// Stills of broadcasts (/NAME/still), drawn on canvases and kept up to date while they are looked at. A
// still is a picture, or a film of one frame where no image format has the broadcast's codec. If one does
// not come or cannot be shown here, the canvas stays as it was.

import { StillRounds } from './still-rounds.js';

/** A card is not wider, at two pixels a point. */
const WIDEST_PIXELS = 640;
/** How often it is looked what is due. */
const LOOK_MS = 1_000;
const PATIENCE_MS = 10_000;
const FRAME_LOOK_MS = 50;
/** What is nearly in view. */
const MARGIN = '200px';

export class Stills {
  #rounds = new StillRounds();
  /** @type {Map<HTMLCanvasElement, {url: string, tag: string | null}>} */
  #shown = new Map();
  /** By what they stand in, which is in view also while they are hidden.
   *  @type {WeakMap<Element, HTMLCanvasElement>} */
  #framed = new WeakMap();
  #observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      this.#rounds.see(this.#framed.get(target), isIntersecting);
    }
    this.#look();
  }, { rootMargin: MARGIN });

  constructor() {
    setInterval(() => this.#look(), LOOK_MS);
    document.addEventListener('visibilitychange', () => this.#look());
  }

  /**
   * Draws what is at an address, now and again. The canvas is hidden until there is something on it.
   * @param {HTMLCanvasElement} canvas the only one in its parent
   * @param {string | null} url null: there is nothing to be drawn any more
   */
  show(canvas, url) {
    if ((this.#shown.get(canvas)?.url ?? null) === url) return;
    if (url === null) {
      this.#forget(canvas);
      canvas.hidden = true;
      return;
    }
    this.#shown.set(canvas, { url, tag: null });
    this.#rounds.add(canvas, performance.now());
    this.#framed.set(canvas.parentElement, canvas);
    this.#observer.observe(canvas.parentElement);
  }

  #forget(canvas) {
    this.#shown.delete(canvas);
    this.#rounds.remove(canvas);
    if (canvas.parentElement) this.#observer.unobserve(canvas.parentElement);
  }

  #look() {
    if (document.hidden) return;
    for (const canvas of this.#rounds.take(performance.now())) this.#load(canvas);
  }

  async #load(canvas) {
    const still = this.#shown.get(canvas);
    try {
      const answer = await fetch(still.url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      const tag = answer.headers.get('etag');
      if (answer.ok && (tag === null || tag !== still.tag)) {
        await drawStill(canvas, await answer.blob());
        still.tag = tag;
      }
    } catch {
      // Another one comes with the next round.
    }
    this.#rounds.done(canvas, performance.now());
    if (!canvas.isConnected) this.#forget(canvas);
    this.#look();
  }
}

/** @param {HTMLCanvasElement} canvas @param {Blob} blob Throws when the browser cannot show it. */
export async function drawStill(canvas, blob) {
  const url = URL.createObjectURL(blob);
  const film = blob.type.startsWith('video/') ? document.createElement('video') : null;
  try {
    const { source, width, height } = film ? await openFilm(film, url) : await openImage(url);
    const scale = Math.min(1, WIDEST_PIXELS / width);
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext('2d').drawImage(source, 0, 0, canvas.width, canvas.height);
    canvas.hidden = false;
  } finally {
    film?.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
}

async function openImage(url) {
  const source = new Image();
  source.src = url;
  await source.decode();
  return { source, width: source.naturalWidth, height: source.naturalHeight };
}

async function openFilm(source, url) {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  source.muted = true;
  source.playsInline = true;
  source.preload = 'auto';
  source.src = url;
  await new Promise((resolve, reject) => {
    source.onloadeddata = resolve;
    source.onerror = () => reject(source.error);
    deadline.onabort = () => reject(deadline.reason);
  });
  await awaitFrame(source, deadline);
  return { source, width: source.videoWidth, height: source.videoHeight };
}

/** Chromium, when it has much to do, says that there is a frame before it can be drawn. */
async function awaitFrame(film, deadline) {
  const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  for (;;) {
    probe.drawImage(film, 0, 0, 1, 1);
    const [, , , opacity] = probe.getImageData(0, 0, 1, 1).data;
    if (opacity > 0) return;
    deadline.throwIfAborted();
    await new Promise((resolve) => { setTimeout(resolve, FRAME_LOOK_MS); });
  }
}
