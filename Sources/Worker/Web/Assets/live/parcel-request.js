// Sends one parcel: POST /NAME/live with Weir-Chunk. XMLHttpRequest, because fetch does not tell
// how much of a body has gone out, and on a slow line that is what tells patience from a dead
// connection.

import { NO_ANSWER, readAnswer } from './publish-answer.js';

/** Characters of a problem document that are looked at. */
const PROBLEM_CHARACTERS_MAX = 10_000;

export class ParcelRequest {
  #request = new XMLHttpRequest();
  /** Time of performance.now() when last something moved. */
  movedAtMs = performance.now();

  /**
   * @param {string} url
   * @param {import('./parcel-queue.js').ParcelQueue} queue
   * @param {import('./parcel-queue.js').Parcel} parcel
   * @param {(answer: import('./publish-answer.js').Answer) => void} onAnswer called once, unless
   *   aborted
   */
  constructor(url, queue, parcel, onAnswer) {
    const request = this.#request;
    request.open('POST', url);
    request.setRequestHeader('content-type', queue.mimeType);
    request.setRequestHeader('weir-chunk', `${queue.session}/${parcel.number}`);
    if (parcel.number === 0 && queue.takesOver) request.setRequestHeader('weir-take-over', '1');
    request.upload.onprogress = () => { this.movedAtMs = performance.now(); };
    request.onload = () => onAnswer(answerOf(request, url));
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

function answerOf(request, url) {
  return readAnswer({
    status: request.status,
    isRedirected: request.responseURL !== new URL(url, location.href).href,
    contentType: request.getResponseHeader('content-type') ?? '',
    retryAfter: request.getResponseHeader('retry-after') ?? '',
    text: () => request.responseText.slice(0, PROBLEM_CHARACTERS_MAX),
  });
}
