// In which order streams are listed: most viewers first; among equals the one that began first,
// then by name, so that the order does not depend on chance. Pure. The server orders in the same
// way (HomePage.swift).

/** @param {object[]} streams as in the API @returns {string[]} their names */
export function orderedNames(streams) {
  return [...streams].sort(compare).map(({ name }) => name);
}

function compare(one, other) {
  return other.viewers - one.viewers
    || Date.parse(one.startedAt) - Date.parse(other.startedAt)
    || (one.name < other.name ? -1 : 1);
}
