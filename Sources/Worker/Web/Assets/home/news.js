// Who came and who went, in one sentence for people who cannot see the list change.

import { listText, word } from '../common/words.js';

const MOST_NAMES = 3;

/**
 * @param {string[]} started names
 * @param {string[]} ended names
 * @returns {string} empty when there is nothing to say
 */
export function newsWords(started, ended) {
  return [startedWords(started), endedWords(ended)].filter(Boolean).join(' ');
}

function startedWords(names) {
  const count = names.length;
  if (count === 0) return '';
  return count > MOST_NAMES
    ? word('news.started-count', { count })
    : word('news.started', { count, names: listText(names) });
}

function endedWords(names) {
  const count = names.length;
  if (count === 0) return '';
  return count > MOST_NAMES
    ? word('news.ended-count', { count })
    : word('news.ended', { count, names: listText(names) });
}
