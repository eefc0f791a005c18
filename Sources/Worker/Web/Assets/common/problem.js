// Problem documents of the server (docs/http-api.md), told apart from the answers of a proxy, a
// gateway or the sign-in page of a network. Pure.

const CONTENT_TYPE = /^application\/problem\+json\s*(;|$)/i;
const TYPE_PREFIX = '/problems/';

/** Whether an answer may be a problem document, judged by its header. */
function mayBeProblem(contentType) { return CONTENT_TYPE.test(contentType); }

/**
 * The problem document of the server; null when the answer is not the server's.
 * @param {string} contentType
 * @param {() => string} text
 */
export function ourProblem(contentType, text) {
  if (!mayBeProblem(contentType)) return null;
  try {
    const problem = JSON.parse(text());
    const type = typeof problem?.type === 'string' ? problem.type : '';
    return type.startsWith(TYPE_PREFIX) ? problem : null;
  } catch {
    return null;
  }
}

/** The last part of its type, which says what it is. */
export function slugOf(problem) { return problem.type.slice(TYPE_PREFIX.length); }

/** Whether a response may be a problem document, be it the server's or a cache's. */
export function isProblem(response) {
  return mayBeProblem(response.headers.get('content-type') ?? '');
}

/**
 * The same of a response that was fetched; takes its body.
 * @param {Response} response
 * @returns {Promise<string | null>}   null when the server did not write it
 */
export async function slugOfResponse(response) {
  if (!isProblem(response)) {
    response.body?.cancel();
    return null;
  }
  const text = await response.text();
  const problem = ourProblem(response.headers.get('content-type'), () => text);
  return problem && slugOf(problem);
}
