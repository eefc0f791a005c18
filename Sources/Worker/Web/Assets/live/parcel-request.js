// Sends one parcel: POST /NAME/live with Weir-Chunk. XMLHttpRequest, because fetch does not tell
// how much of a body has gone out, and on a slow line that is what tells patience from a dead
// connection.

/** @typedef {import('./publish-answer.js').Answer} Answer */

/** Bytes of a problem document that are looked at. */
const PROBLEM_CHARACTERS_MAX = 10_000;

export class ParcelRequest {
  #request = new XMLHttpRequest();
  /** Time of performance.now() when last something moved. */
  movedAtMs = performance.now();

  /**
   * @param {string} url
   * @param {import('./parcel-queue.js').ParcelQueue} queue
   * @param {import('./parcel-queue.js').Parcel} parcel
   * @param {(answer: Answer) => void} onAnswer called once, unless aborted
   */
  constructor(url, queue, parcel, onAnswer) {
    const request = this.#request;
    request.open('POST', url);
    request.setRequestHeader('content-type', queue.mimeType);
    request.setRequestHeader('weir-chunk', `${queue.session}/${parcel.number}`);
    if (parcel.number === 0 && queue.takesOver) request.setRequestHeader('weir-take-over', '1');
    request.upload.onprogress = () => { this.movedAtMs = performance.now(); };
    request.onload = () => onAnswer(answerOf(request));
    request.onerror = () => onAnswer(NO_ANSWER);
    request.send(parcel.body);
  }

  /** Gives up; no answer will be reported. */
  abort() {
    this.#request.onload = null;
    this.#request.onerror = null;
    this.#request.abort();
  }
}

/** What it comes to when nothing comes. @type {Answer} */
export const NO_ANSWER = {
  status: 0, slug: '', title: '', expectedChunk: null, retryAfterMs: null,
};

function answerOf(request) {
  const problem = problemIn(request);
  const seconds = Number(request.getResponseHeader('retry-after') ?? NaN);
  return {
    status: request.status,
    slug: String(problem.type ?? '').split('/').at(-1),
    title: String(problem.title ?? ''),
    expectedChunk: Number.isInteger(problem.expectedChunk) ? problem.expectedChunk : null,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  };
}

function problemIn(request) {
  const type = request.getResponseHeader('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) return {};
  try {
    return JSON.parse(request.responseText.slice(0, PROBLEM_CHARACTERS_MAX)) ?? {};
  } catch {
    return {};
  }
}
