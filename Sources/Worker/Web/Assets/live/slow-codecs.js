// Which codecs were too slow on this device, and for how large a picture: measured on air, and
// remembered for a while, since devices get other software and other work. Pure.

/** @typedef {Record<string, {pixels: number, atMs: number}>} SlowCodecs  by the codec's id; atMs
 *   since 1970 */

const REMEMBERED_MS = 30 * 24 * 3_600_000;

/**
 * @param {SlowCodecs} slow
 * @param {string} codecID
 * @param {import('./quality.js').Size} size
 * @param {number} nowMs
 */
export function isKnownSlow(slow, codecID, size, nowMs) {
  const known = slow[codecID];
  if (!known || !(nowMs - known.atMs < REMEMBERED_MS)) return false;
  return size.width * size.height >= known.pixels;
}

/**
 * @returns {SlowCodecs} with this one
 */
export function withSlow(slow, codecID, size, nowMs) {
  const pixels = size.width * size.height;
  const smallest = isKnownSlow(slow, codecID, size, nowMs) ? slow[codecID].pixels : pixels;
  return { ...slow, [codecID]: { pixels: Math.min(pixels, smallest), atMs: nowMs } };
}
