// The other question for a broadcast: for its lists, from where MediaSource takes no WebM. The
// answer is that of media-request.js, with the lists in place of a response.

import { slugOfResponse } from '../common/problem.js';
import { renditionsIn } from './hls-list.js';
import { refusal } from './media-request.js';

/** A broadcast that has just begun has no lists yet. The server holds the question for 18 s. */
const ANSWER_MS = 20_000;
const NO_LISTS_YET_SLUG = 'no-segments-yet';
/** Nothing comes of it by asking again at once. */
const NOT_PACKAGED_SLUG = 'codec-not-packaged';

/** The lists of all of it, and those of its sound alone. */
export function listsUrl(name, isSoundOnly = false) {
  return `/${name}/hls/${isSoundOnly ? 'sound' : 'index'}.m3u8`;
}

/**
 * Asks. Never rejects; an aborted request is a failed one.
 * @param {string} name
 * @param {AbortController} controller   also ends what is fetched of them later
 * @returns {Promise<import('./media-request.js').Answer>}
 */
export async function requestLists(name, controller) {
  const timer = setTimeout(() => controller.abort(), ANSWER_MS);
  const options = { signal: controller.signal, cache: 'no-store' };
  try {
    const [description, lists] = await Promise.all([
      fetch(`/api/streams/${name}`, options), askForLists(name, options),
    ]);
    if (!description.ok) return await refusal(description);
    const { state, mimeType } = await description.json();
    // Its lists stay for a while; the page that follows a broadcast has seen them.
    if (state === 'ended') return { kind: 'gone' };
    return { ...lists, mimeType };
  } catch {
    return { kind: 'failed' };
  } finally {
    clearTimeout(timer);
  }
}

async function askForLists(name, options, isSoundOnly = false) {
  const url = listsUrl(name, isSoundOnly);
  const response = await fetch(url, options);
  if (response.ok) {
    const text = await response.text();
    if (!text.startsWith('#EXTM3U')) return { kind: 'stranger' };
    return { kind: 'media', response: null, renditions: renditionsIn(text, url) };
  }
  if (response.status === 503) {
    const isEarly = await slugOfResponse(response.clone()) === NO_LISTS_YET_SLUG;
    const answer = await refusal(response);
    return isEarly ? { kind: 'early', retryAfterMs: answer.retryAfterMs } : answer;
  }
  if (response.status !== 404) return refusal(response);
  const slug = await slugOfResponse(response);
  if (slug !== NOT_PACKAGED_SLUG) return { kind: slug === null ? 'failed' : 'gone' };
  if (!isSoundOnly) return askForLists(name, options, true);
  return { kind: 'media', response: null, renditions: [] };
}
