// Asks the server about one stream: GET /api/streams/NAME. If a proxy answers in its place, that
// is no answer.

import { ourProblem } from '../common/problem.js';

/**
 * @typedef {object} ProbedStream
 * @property {'live' | 'paused' | 'ended' | 'unknown'} state unknown: the server has no such stream
 * @property {string | null} endReason why it has ended, as far as the server says
 */

const TIMEOUT_MS = 2_000;
const STATES = new Set(['live', 'paused', 'ended']);

/**
 * @param {string} name
 * @returns {Promise<ProbedStream | null>} null when the server does not answer in time
 */
export async function probeStream(name) {
  try {
    const response = await fetch(`/api/streams/${name}`, {
      cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return readProbe(
      response.status, response.headers.get('content-type') ?? '', await response.text());
  } catch {
    return null;
  }
}

/**
 * @param {number} status
 * @param {string} contentType
 * @param {string} text
 * @returns {ProbedStream | null} null when it is not the server's answer
 */
export function readProbe(status, contentType, text) {
  if (status === 404) {
    return ourProblem(contentType, () => text) ? { state: 'unknown', endReason: null } : null;
  }
  if (status !== 200 || !contentType.startsWith('application/json')) return null;
  const { state, endReason } = JSON.parse(text) ?? {};
  if (!STATES.has(state)) return null;
  return { state, endReason: typeof endReason === 'string' ? endReason : null };
}

/** @param {ProbedStream} stream */
export function isGone({ state }) { return state === 'ended' || state === 'unknown'; }
