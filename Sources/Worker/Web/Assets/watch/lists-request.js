// The other question for a broadcast: for its lists, from where MediaSource takes no WebM. The
// answer is that of media-request.js, with the lists in place of a response, and with what plays them: that is
// loaded meanwhile, and waited for only where there are lists.

import { isProblem, slugOfResponse } from '../common/problem.js';
import { renewPage } from '../common/renew-page.js';
import { renditionsIn } from './hls-list.js';
import { refusal } from './media-request.js';

/** A broadcast that has just begun has no lists yet. The server holds the question for 18 s. */
const ANSWER_MS = 20_000;
const NO_LISTS_YET_SLUG = 'no-segments-yet';
/** Nothing comes of it by asking again at once. */
const NOT_PACKAGED_SLUG = 'codec-not-packaged';
const NO_SOUND_SLUG = 'no-sound';

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
  const { signal } = controller;
  const options = { signal, cache: 'no-store' };
  const loading = import('./list-sources.js').catch(() => null);
  try {
    const description = fetch(`/api/streams/${name}`, options);
    const described = description.then((response) => (response.ok ? response.json() : null));
    const [stream, lists] = await Promise.all([described, askForLists(name, described, options)]);
    if (!stream) return await refusal(await description);
    const { state, mimeType } = stream;
    // Its lists stay for a while; the page that follows a broadcast has seen them.
    if (state === 'ended') return { kind: 'gone' };
    if (lists.kind !== 'media') return { ...lists, mimeType };
    const sources = await Promise.race([loading, aborted(signal)]);
    if (sources) return { ...lists, mimeType, sources };
    // Nothing plays until it can be loaded.
    if (!signal.aborted) renewPage();
    return { kind: 'failed' };
  } catch {
    return { kind: 'failed' };
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves to null when the signal is aborted. @param {AbortSignal} signal @returns {Promise<null>} */
function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** @param {Promise<object | null>} described   the broadcast; null: the server does not describe it */
async function askForLists(name, described, options, isSoundOnly = false) {
  const url = listsUrl(name, isSoundOnly);
  const response = await fetch(url, options);
  if (response.ok) {
    const text = await response.text();
    if (!text.startsWith('#EXTM3U')) return { kind: 'stranger' };
    return { kind: 'media', response: null, renditions: renditionsIn(text, url) };
  }
  switch (await slugOfLists(response, described)) {
    case NO_LISTS_YET_SLUG: {
      const { retryAfterMs } = await refusal(response);
      return { kind: 'early', retryAfterMs };
    }
    case NOT_PACKAGED_SLUG:
      if (!isSoundOnly) return askForLists(name, described, options, true);
      return { kind: 'media', response: null, renditions: [] };
    case NO_SOUND_SLUG: return { kind: 'media', response: null, renditions: [] };
    default: return refusal(response);
  }
}

/**
 * What the server says of lists that it does not give. A cache may answer with words of its own and
 * keep no more than the status: then what the broadcast is tells which problem that was.
 */
async function slugOfLists(response, described) {
  const slug = await slugOfResponse(response.clone());
  if (slug !== null || !isProblem(response)) return slug;
  const stream = await described;
  if (response.status === 404 && stream?.hlsFault) return NOT_PACKAGED_SLUG;
  return response.status === 503 && stream ? NO_LISTS_YET_SLUG : null;
}
