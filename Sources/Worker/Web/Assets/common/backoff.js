// How long to wait before trying again. Pure.
//
// The wait doubles with each attempt up to a limit. Half of it is random, so that pages that lost
// the same server do not all come back in the same moment.

/**
 * @param {number} attempt 0 for the first try after a failure
 * @param {{firstMs: number, limitMs: number}} range
 * @param {() => number} [random] from 0 to below 1
 */
export function backoffMs(attempt, { firstMs, limitMs }, random = Math.random) {
  const fullMs = Math.min(limitMs, firstMs * 2 ** Math.min(attempt, 30));
  return fullMs / 2 + (fullMs / 2) * random();
}
