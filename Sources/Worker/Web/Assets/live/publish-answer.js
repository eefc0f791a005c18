// What an answer to a parcel means for what to do next (docs/http-api.md). Pure.

/**
 * @typedef {{status: number, slug: string, title: string, expectedChunk: number | null,
 *   retryAfterMs: number | null}} Answer  status 0: none came (the network, or the server is away)
 *
 * @typedef {'accepted' | 'retry' | 'session-lost' | 'already-live' | 'taken-over' | 'stream-ended'
 *   | 'incomplete-beginning' | 'bad-media' | 'no-space' | 'server-full' | 'signed-out'
 *   | 'other-account' | 'account-disabled' | 'refused'} Verdict
 */

/** @type {Record<string, Verdict>} */
const VERDICT_OF_SLUG = {
  'already-live': 'already-live',
  'taken-over': 'taken-over',
  'stream-ended': 'stream-ended',
  'no-space': 'no-space',
  'too-many-streams': 'server-full',
  'missing-initialization': 'incomplete-beginning',
  'not-webm': 'bad-media',
  'malformed-media': 'bad-media',
  'element-too-large': 'bad-media',
  'not-the-owner': 'other-account',
  'account-disabled': 'account-disabled',
};

const RETRIED_STATUSES = new Set([0, 408, 425, 429]);

/**
 * @param {Answer} answer
 * @param {(number: number) => boolean} holds whether a parcel with that number can still be sent
 * @returns {Verdict}
 */
export function verdictOn(answer, holds) {
  if (answer.status >= 200 && answer.status < 300) return 'accepted';
  if (answer.slug === 'chunk-gap') return verdictOnGap(answer.expectedChunk, holds);
  const verdict = VERDICT_OF_SLUG[answer.slug];
  if (verdict) return verdict;
  if (answer.status === 401) return 'signed-out';
  if (RETRIED_STATUSES.has(answer.status) || answer.status >= 500) return 'retry';
  return 'refused';
}

/** The server says which chunk it waits for. One that we no longer have is one it has forgotten. */
function verdictOnGap(expectedChunk, holds) {
  if (expectedChunk === null || holds(expectedChunk)) return 'retry';
  return 'session-lost';
}
