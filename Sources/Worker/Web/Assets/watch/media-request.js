// One request for the media of a stream, and what its answer means for a player. Only the server
// can say that there is no media: if a proxy answers in its place, the request is repeated.

import { isProblem, slugOfResponse } from '../common/problem.js';

/** How far before the live edge a following player begins: enough in hand to start at once. */
const LEAD_IN_S = 0.5;
/** The longest wait for an answer: the connection may have died without a word. */
const ANSWER_MS = 8_000;
const RETRY_AFTER_DEFAULT_MS = 2_000;
const MEDIA_TYPE = /^(video|audio)\//i;
/** Problems that end when other viewers leave: "too-many-viewers" and the like. */
const CROWD_SLUG = /^too-/;
/** A proxy that reaches nobody behind it. */
const GATEWAY_STATUSES = new Set([502, 503, 504]);
/** A network wants its visitors to sign in first (RFC 6585, section 6). */
const SIGN_IN_STATUS = 511;

/**
 * @typedef {{kind: 'media', response: Response, mimeType: string}} MediaAnswer
 * @typedef {{kind: 'media', response: null, mimeType: string,
 *   renditions: import('./hls-list.js').Rendition[], sources: typeof import('./list-sources.js')}} ListsAnswer
 * @typedef {{kind: 'early', mimeType: string, retryAfterMs: number}} EarlyAnswer   there are no lists yet
 * @typedef {{kind: 'gone'}} GoneAnswer                      there is nothing under this name now
 * @typedef {{kind: 'busy', retryAfterMs: number}} BusyAnswer
 * @typedef {{kind: 'stranger' | 'unreached' | 'refused'}} StrangerAnswer   somebody on the way: a page of
 *   a proxy or portal; a proxy that does not reach the server; one that lets nothing through
 * @typedef {'network' | 'busy' | 'early' | StrangerAnswer['kind']} Trouble   why nothing plays
 * @typedef {{kind: 'failed', retryAfterMs?: number}} FailedAnswer   no answer, or none that helps
 * @typedef {MediaAnswer | ListsAnswer | EarlyAnswer | GoneAnswer | BusyAnswer | StrangerAnswer | FailedAnswer} Answer
 */

/** Where media from `behindS` seconds before the live edge on is; 0 means: to follow it. */
export function mediaUrl(name, behindS) {
  return `/${name}/live?start=-${Math.max(LEAD_IN_S, behindS).toFixed(2)}`;
}

/**
 * Asks. Never rejects; an aborted request is a failed one.
 * @param {string} name
 * @param {number} behindS
 * @param {AbortController} controller   also ends the response's body later
 * @returns {Promise<Answer>}
 */
export async function requestMedia(name, behindS, controller) {
  const url = mediaUrl(name, behindS);
  const timer = setTimeout(() => controller.abort(), ANSWER_MS);
  try {
    const response = await fetch(url, { signal: controller.signal, cache: 'no-store' });
    if (!response.ok) return await refusal(response);
    if (!MEDIA_TYPE.test(response.headers.get('content-type') ?? '')) {
      response.body?.cancel();
      return { kind: 'stranger' };
    }
    return { kind: 'media', response, mimeType: await typeOf(response, name) };
  } catch {
    return { kind: 'failed' };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What it means that the server has nothing for us, or that somebody else answers.
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
export async function refusal(response) {
  const slug = await slugOfResponse(response);
  if (slug === null) return { kind: kindOfStranger(response) };
  if (response.status === 404) return { kind: 'gone' };
  if (response.status !== 503 && response.status !== 429) return { kind: 'failed' };
  const retryAfterS = Number(response.headers.get('retry-after'));
  const retryAfterMs = retryAfterS * 1000 || RETRY_AFTER_DEFAULT_MS;
  return { kind: CROWD_SLUG.test(slug) ? 'busy' : 'failed', retryAfterMs };
}

/** What it means that somebody on the way answers, and not the server. */
function kindOfStranger(response) {
  const { status } = response;
  // A cache says in its own words what the server has told it.
  if (isProblem(response)) return 'failed';
  if (GATEWAY_STATUSES.has(status)) return 'unreached';
  if (status === SIGN_IN_STATUS) return 'stranger';
  return status >= 400 && status < 500 ? 'refused' : 'failed';
}

/** With the codecs. A cache in between may have taken the parameters off: then the API knows. */
async function typeOf(response, name) {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('codecs')) return type;
  const description = await fetch(`/api/streams/${name}`);
  return description.ok ? (await description.json()).mimeType ?? type : type;
}
