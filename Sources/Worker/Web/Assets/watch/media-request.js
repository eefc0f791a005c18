// One request for the media of a stream, and what its answer means for a player.

/** How far before the live edge a following player begins: enough in hand to start at once. */
const LEAD_IN_S = 0.5;
/** A connection that died without a word is not waited for any longer than this. */
const ANSWER_MS = 8_000;
const RETRY_AFTER_DEFAULT_MS = 2_000;

/**
 * @typedef {{kind: 'media', response: Response, mimeType: string, url: string}} MediaAnswer
 * @typedef {{kind: 'gone'}} GoneAnswer                      there is nothing under this name now
 * @typedef {{kind: 'busy', retryAfterMs: number}} BusyAnswer
 * @typedef {{kind: 'failed'}} FailedAnswer                  no answer, or none that helps
 * @typedef {MediaAnswer | GoneAnswer | BusyAnswer | FailedAnswer} Answer
 */

/** Where media from `behindS` seconds before the live edge on is; 0 means: to follow it. */
function mediaUrl(name, behindS) {
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
    if (response.ok) {
      return { kind: 'media', response, mimeType: await typeOf(response, name), url };
    }
    return refusal(response);
  } catch {
    return { kind: 'failed' };
  } finally {
    clearTimeout(timer);
  }
}

function refusal(response) {
  response.body?.cancel();
  if (response.status === 404) return { kind: 'gone' };
  const retryAfterS = Number(response.headers.get('retry-after'));
  if (response.status !== 503 && response.status !== 429) return { kind: 'failed' };
  return { kind: 'busy', retryAfterMs: retryAfterS * 1000 || RETRY_AFTER_DEFAULT_MS };
}

/** With the codecs. A cache in between may have taken the parameters off: then the API knows. */
async function typeOf(response, name) {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('codecs')) return type;
  const description = await fetch(`/api/streams/${name}`);
  return description.ok ? (await description.json()).mimeType ?? type : type;
}
