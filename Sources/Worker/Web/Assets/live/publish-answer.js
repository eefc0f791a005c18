// What an answer to a parcel means for what to do next (docs/http-api.md). Pure.
//
// Only the server itself may end a broadcast. If a proxy, a gateway or a captive portal answers in
// its place, that is the network's trouble, whatever the status: the parcel is sent again.

import { ourProblem, slugOf } from '../common/problem.js';

/**
 * @typedef {object} Answer
 * @property {number} status 0: none came (the network, or the server is away)
 * @property {boolean} isOurs it is a problem document of the server
 * @property {string} slug the last part of the problem's type
 * @property {string} title
 * @property {string | null} reason why the broadcast is over, as far as the server says
 * @property {number | null} expectedChunk
 * @property {number | null} retryAfterMs
 *
 * @typedef {'accepted' | 'retry' | 'too-large' | 'session-lost' | 'already-live' | 'taken-over'
 *   | 'stream-ended' | 'incomplete-beginning' | 'bad-media' | 'no-space' | 'server-full'
 *   | 'signed-out' | 'other-account' | 'account-disabled' | 'refused'} Verdict
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

/** These ends were intended; after all others, begin anew. @type {Record<string, Verdict>} */
const VERDICT_OF_REASON = { stopped: 'stream-ended', 'taken-over': 'taken-over' };

const RETRIED_STATUSES = new Set([408, 425, 429]);

/** What it comes to when nothing comes. @type {Answer} */
export const NO_ANSWER = {
  status: 0, isOurs: false, slug: '', title: '', reason: null, expectedChunk: null,
  retryAfterMs: null,
};

/**
 * @param {object} response as it came
 * @param {number} response.status
 * @param {boolean} response.isRedirected it answers another address than was asked
 * @param {string} response.contentType
 * @param {string} response.retryAfter the header's value
 * @param {() => string} response.text
 * @returns {Answer}
 */
export function readAnswer({ status, isRedirected, contentType, retryAfter, text }) {
  const problem = isRedirected ? null : ourProblem(contentType, text);
  // Of a redirect, only the fact is known: the answer at its end is about something else.
  const answer = { ...NO_ANSWER, status: isRedirected ? 307 : status };
  const seconds = retryAfter === '' ? NaN : Number(retryAfter);
  if (Number.isFinite(seconds) && seconds >= 0) answer.retryAfterMs = seconds * 1000;
  if (!problem) return answer;
  return {
    ...answer,
    isOurs: true,
    slug: slugOf(problem),
    title: String(problem.title ?? ''),
    reason: typeof problem.reason === 'string' ? problem.reason : null,
    expectedChunk: Number.isInteger(problem.expectedChunk) ? problem.expectedChunk : null,
  };
}

/**
 * @param {Answer} answer
 * @param {object} queue of the parcel
 * @param {boolean} queue.isBegun whether the server has taken its beginning
 * @param {(number: number) => boolean} queue.holds whether a parcel can still be sent
 * @returns {Verdict}
 */
export function verdictOn(answer, queue) {
  if (answer.status === 204) return 'accepted';
  if (!answer.isOurs) return answer.status === 413 ? 'too-large' : 'retry';
  if (answer.slug === 'chunk-gap') return verdictOnGap(answer.expectedChunk, queue);
  if (answer.slug === 'broadcast-over') return verdictOnEnd(answer.reason);
  // A beginning that was accepted once is complete: the server has forgotten it.
  if (answer.slug === 'missing-initialization' && queue.isBegun) return 'session-lost';
  const verdict = VERDICT_OF_SLUG[answer.slug];
  if (verdict) return verdict;
  if (answer.status === 401) return 'signed-out';
  if (RETRIED_STATUSES.has(answer.status) || answer.status >= 500) return 'retry';
  return 'refused';
}

/**
 * The broadcast is over for a reason that the server tells.
 * @param {string | null} reason
 * @returns {Verdict}
 */
export function verdictOnEnd(reason) {
  return VERDICT_OF_REASON[reason ?? ''] ?? 'session-lost';
}

/** The server says which chunk it waits for. One that we no longer have is one it has forgotten. */
function verdictOnGap(expectedChunk, queue) {
  if (expectedChunk === null || queue.holds(expectedChunk)) return 'retry';
  return 'session-lost';
}
