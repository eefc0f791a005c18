// The line of a small graph. Pure.

/** Room above the highest value. */
const TOP = 4;

/**
 * The line through the points, as the `d` of a path; '' when there are fewer than two.
 * @param {{atMs: number, value: number}[]} points
 * @param {number} spanMs how much time the width is; the right edge is `nowMs`
 * @param {number} most the value at the top
 * @param {{width: number, height: number}} size of the picture
 */
export function lineOf(points, spanMs, nowMs, most, { width, height }) {
  if (points.length < 2) return '';
  const steps = points.map(({ atMs, value }) => {
    const x = width - (nowMs - atMs) / spanMs * width;
    const y = height - value / Math.max(most, Number.MIN_VALUE) * (height - TOP);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${steps.join('L')}`;
}
