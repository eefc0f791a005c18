// Asks the server for what the broadcaster said the last time, and tells it what is said now.

import { isProblem, ourProblem, slugOf } from '../common/problem.js';

const URL_OF_WORDS = '/api/me/broadcast';
const PATIENCE_MS = 15_000;

/** @typedef {import('./said-words.js').SaidWords} SaidWords */
/**
 * @typedef {object} Refusal
 * @property {'field' | 'signed-out' | 'too-often' | 'unanswered'} kind
 * @property {string} field of the form, where kind is 'field'
 */

/** What is said now. @returns {Promise<SaidWords | Refusal>} */
export function askForWords() { return request({}); }

/** From now on, this is said. @param {SaidWords} words @returns {Promise<SaidWords | Refusal>} */
export function tellWords(words) {
  return request({
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(words),
  });
}

/** @param {SaidWords | Refusal} answer */
export function isRefusal(answer) { return 'kind' in answer; }

async function request(options) {
  try {
    const response = await fetch(
      URL_OF_WORDS, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    const type = response.headers.get('content-type') ?? '';
    if (response.ok && type.startsWith('application/json')) return await response.json();
    const text = isProblem(response) ? await response.text() : '';
    return refusalOf(response.status, ourProblem(type, () => text));
  } catch {
    // No network, or an answer that breaks off.
    return { kind: 'unanswered', field: '' };
  }
}

/** Only the server knows who is signed in: what something on the way says is no answer. */
function refusalOf(status, problem) {
  if (problem === null) return { kind: 'unanswered', field: '' };
  if (status === 422) return { kind: 'field', field: String(problem.field ?? '') };
  if (status === 401) return { kind: 'signed-out', field: '' };
  return { kind: slugOf(problem) === 'too-many-changes' ? 'too-often' : 'unanswered', field: '' };
}
