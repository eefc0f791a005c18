// Who came and who went, in one sentence for people who cannot see the list change. Pure.

const MOST_NAMES = 3;

/**
 * @param {string[]} started names
 * @param {string[]} ended names
 * @returns {string} empty when there is nothing to say
 */
export function newsWords(started, ended) {
  const sentences = [];
  if (started.length > 0) sentences.push(`${names(started)} live.`);
  if (ended.length > 0) sentences.push(`${names(ended)} not live any more.`);
  return sentences.join(' ');
}

/** "alice is", "alice and bob are", "5 broadcasts are". */
function names(list) {
  if (list.length > MOST_NAMES) return `${list.length} broadcasts are`;
  const text = new Intl.ListFormat('en', { type: 'conjunction' }).format(list);
  return `${text} ${list.length === 1 ? 'is' : 'are'}`;
}
