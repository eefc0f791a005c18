// When the studio sends a still of its own picture, how large it is, and how good. Pure.

/** The server shows one for half a minute. */
const EVERY_MS = 15_000;
/** The first one comes soon: a card without a picture is looked at by nobody. */
const FIRST_MS = 1_000;
const WIDEST_PIXELS = 640;
/** The server takes twice as much; less comes sooner. */
const MOST_BYTES = 60 * 1024;
/** From good enough for a card to better than nothing. */
const QUALITIES = [0.8, 0.65, 0.5, 0.3, 0.15];

/** What the server takes. */
const LEAST_PIXELS = 16;

export class StillPlan {
  /** @type {number | null} of performance.now(); null: not on air */
  #dueMs = null;

  /**
   * Whether to send one now; if so, that counts.
   * @param {object} situation
   * @param {boolean} situation.isOnAir
   * @param {boolean} situation.isHealthy the upload keeps up: nothing else comes before media
   * @param {boolean} situation.isShown a hidden page has no new picture to draw
   * @param {number} nowMs
   */
  isDue({ isOnAir, isHealthy, isShown }, nowMs) {
    if (!isOnAir) {
      this.#dueMs = null;
      return false;
    }
    this.#dueMs ??= nowMs + FIRST_MS;
    if (!isHealthy || !isShown || nowMs < this.#dueMs) return false;
    this.#dueMs = nowMs + EVERY_MS;
    return true;
  }
}

/** @returns {{width: number, height: number} | null} null: it is too narrow to be of use */
export function stillSize(width, height) {
  const scale = Math.min(1, WIDEST_PIXELS / Math.max(width, height, 1));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  return Math.min(size.width, size.height) < LEAST_PIXELS ? null : size;
}

/**
 * The best that is small enough; null if none is.
 * @param {(quality: number) => Promise<Blob | null>} encode
 */
export async function smallEnough(encode) {
  for (const quality of QUALITIES) {
    const blob = await encode(quality);
    if (blob && blob.size <= MOST_BYTES) return blob;
  }
  return null;
}
