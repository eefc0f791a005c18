// Which broadcasts a visitor looks for: those that have every word of the search somewhere in the name, the
// channel's name, the title or the tags. Capitals and accents make no difference. Pure.

/**
 * @param {string} query as typed
 * @returns {(stream: object) => boolean} whether a stream of the API is meant
 */
export function searchFor(query) {
  const terms = folded(query).split(/\s+/u).filter(Boolean);
  return ({ name, displayName = '', title = '', tags = [] }) => {
    // A tag may be typed as people know it from elsewhere.
    const text = folded([name, displayName, title, ...tags].join('\n'));
    return terms.every((term) => text.includes(term.replace(/^#(?=.)/u, '')));
  };
}

function folded(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
