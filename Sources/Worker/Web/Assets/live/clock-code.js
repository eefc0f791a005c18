// The wall clock as a strip of bars, black or white, drawn into the test picture and read back from
// a viewer's video: the difference to the viewer's own clock is the latency from glass to glass.
//
// Cells, all of one width, from the left: a white and a black one as references, CLOCK_BITS cells
// of Date.now() modulo 2^CLOCK_BITS in Gray code (so neighbours in time differ in one cell), most
// significant first, and one cell that makes the number of white bit cells even. Pure: pixels and
// milliseconds in and out.

/** Bits of the clock: it starts over after 2^20 ms, about 17 minutes. */
const CLOCK_BITS = 20;

const CLOCK_RANGE_MS = 2 ** CLOCK_BITS;
const CELLS = 2 + CLOCK_BITS + 1;
/** Least difference between the references (0 to 255) that is taken for a clock. */
const MINIMUM_CONTRAST = 64;

/**
 * Where the clock is in a test picture of this size: a strip along the bottom edge.
 * @param {number} pictureWidth
 * @param {number} pictureHeight
 */
export function clockArea(pictureWidth, pictureHeight) {
  const height = Math.round(pictureHeight / 12);
  return { x: 0, y: pictureHeight - height, width: pictureWidth, height };
}

/**
 * Draws the bars of a time.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context2d
 * @param {number} timeMs of Date.now()
 */
export function drawClock(context2d, timeMs, x, y, width, height) {
  cellsOf(timeMs).forEach((isWhite, index) => {
    const left = x + edge(index, width);
    context2d.fillStyle = isWhite ? '#fff' : '#000';
    context2d.fillRect(left, y, x + edge(index + 1, width) - left, height);
  });
}

/**
 * Reads the bars from pixels (RGBA, as of getImageData), by default from where a test picture of
 * that size has them.
 * @param {{data: ArrayLike<number>, width: number, height: number}} image
 * @returns {number | null} Date.now() modulo 2^CLOCK_BITS, or null when there is no intact clock
 */
export function readClock(image, x, y, width, height) {
  const area = x === undefined ? clockArea(image.width, image.height) : { x, y, width, height };
  const levels = Array.from({ length: CELLS }, (_, index) => cellLevel(image, area, index));
  const [white, black, ...rest] = levels;
  if (white - black < MINIMUM_CONTRAST) return null;
  const bits = rest.map((level) => (level > (white + black) / 2 ? 1 : 0));
  if (bits.reduce((sum, bit) => sum + bit, 0) % 2 !== 0) return null;
  return fromGray(bits.slice(0, CLOCK_BITS).reduce((value, bit) => value * 2 + bit, 0));
}

/**
 * How old a clock is that was read just now.
 * @param {number} clockMs what readClock gave
 * @param {number} nowMs of Date.now()
 */
export function clockAgeMs(clockMs, nowMs) {
  const age = (nowMs - clockMs) % CLOCK_RANGE_MS;
  // Two clocks that differ a little may make it negative; that is no age of 17 minutes.
  return age > CLOCK_RANGE_MS / 2 ? age - CLOCK_RANGE_MS : age;
}

function cellsOf(timeMs) {
  const value = Math.floor(timeMs) % CLOCK_RANGE_MS;
  const gray = value ^ (value >> 1);
  const bits = Array.from(
    { length: CLOCK_BITS }, (_, index) => ((gray >> (CLOCK_BITS - 1 - index)) & 1) === 1);
  const isOdd = bits.filter(Boolean).length % 2 === 1;
  return [true, false, ...bits, isOdd];
}

function fromGray(gray) {
  let value = gray;
  for (let shift = 1; shift < CLOCK_BITS; shift *= 2) value ^= value >> shift;
  return value;
}

/** The left edge of a cell, in whole pixels. */
function edge(index, width) {
  return Math.round((index * width) / CELLS);
}

/** The mean green (close enough to luma for grey bars) of the middle of a cell. */
function cellLevel(image, area, index) {
  const left = edge(index, area.width);
  const cellWidth = edge(index + 1, area.width) - left;
  const firstX = Math.floor(area.x + left + cellWidth * 0.3);
  const lastX = Math.ceil(area.x + left + cellWidth * 0.7);
  const firstY = Math.floor(area.y + area.height * 0.3);
  const lastY = Math.ceil(area.y + area.height * 0.7);
  let sum = 0;
  let count = 0;
  for (let row = firstY; row < lastY; row += 1) {
    for (let column = firstX; column < lastX; column += 1) {
      sum += image.data[(row * image.width + column) * 4 + 1];
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}
