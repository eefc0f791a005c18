// Ends a broadcast, after asking once.

import { ourProblem } from '../common/problem.js';

const dialog = document.getElementById('kick-dialog');

/** @param {string} name of the broadcast @returns {Promise<boolean>} */
export function askToEnd(name) {
  document.getElementById('kick-title').textContent = `End ${name}?`;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === 'end');
  });
}

/** @returns {Promise<string|null>} what went wrong, for people; null when it has been ended */
export async function endBroadcast(name) {
  try {
    const response = await fetch(`/kick/${name}`, { method: 'POST' });
    if (response.ok) return null;
    const text = await response.text();
    const problem = ourProblem(response.headers.get('content-type') ?? '', () => text);
    return problem?.title ?? `The server refuses (${response.status}).`;
  } catch {
    return 'The server does not answer.';
  }
}
