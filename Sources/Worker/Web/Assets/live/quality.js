// Picture sizes and bitrates to choose from, and their consequences. Pure.

export const FRAME_RATE = 30;

/** @typedef {{id: string, width: number, height: number, bitrateBps: number}} Size */

/** @type {Size[]} */
const SIZES = [
  { id: '360p', width: 640, height: 360, bitrateBps: 800_000 },
  { id: '480p', width: 854, height: 480, bitrateBps: 1_200_000 },
  { id: '720p', width: 1280, height: 720, bitrateBps: 2_500_000 },
  { id: '1080p', width: 1920, height: 1080, bitrateBps: 4_500_000 },
];

const DEFAULT_SIZE = '720p';

/** Bitrates to choose from, and the steps down when a connection is too slow. */
const BITRATES_BPS = [
  300_000, 500_000, 800_000, 1_200_000, 1_800_000, 2_500_000, 4_500_000, 8_000_000,
];

/** @returns {Size} */
export function sizeOf(id) {
  return SIZES.find((size) => size.id === id) ?? SIZES.find((size) => size.id === DEFAULT_SIZE);
}

/** @returns {Size | null} the next smaller one */
export function smallerSize({ id }) {
  return SIZES[SIZES.findIndex((size) => size.id === id) - 1] ?? null;
}

/**
 * @param {string} choice 'auto' or a number of bits per second
 * @param {Size} size
 */
export function videoBitrateBps(choice, size) {
  const bitrateBps = Number(choice);
  return bitrateBps > 0 ? bitrateBps : size.bitrateBps;
}

/** Sound gets less where every bit counts. */
export function audioBitrateBps(videoBps) {
  return videoBps <= 500_000 ? 48_000 : 96_000;
}

/**
 * A lower step that the line can carry, as far as is known; null at the lowest.
 * @param {number} videoBps what is recorded now
 * @param {number} lineBps what the server has taken lately; 0 when that is not known
 */
export function lowerBitrateBps(videoBps, lineBps) {
  const lower = BITRATES_BPS.filter((bitrateBps) => bitrateBps < videoBps * 0.9);
  const carried = lower.filter((bitrateBps) => lineBps === 0 || bitrateBps <= lineBps * 0.8);
  return carried.at(-1) ?? lower[0] ?? null;
}
