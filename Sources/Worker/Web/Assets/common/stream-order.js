// In which order broadcasts are listed. Among equals: the one that began first, then by name, so that the
// order does not depend on chance. Pure. The server lists those with most viewers first, in the same way
// (HomePage.swift).

import { shownNameOf } from './face.js';

/** @typedef {'viewers' | 'newest' | 'name'} Order */

/**
 * @param {object[]} streams as in the API
 * @param {Order} [order]
 * @returns {string[]} their names
 */
export function orderedNames(streams, order = 'viewers') {
  const compare = comparisonOf(order);
  return [...streams].sort((one, other) => compare(one, other) || usual(one, other))
    .map(({ name }) => name);
}

function comparisonOf(order) {
  switch (order) {
    case 'newest': return (one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt);
    case 'name': {
      const { compare } = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
      return (one, other) => compare(shownNameOf(one), shownNameOf(other));
    }
    default: return (one, other) => other.viewers - one.viewers;
  }
}

function usual(one, other) {
  return Date.parse(one.startedAt) - Date.parse(other.startedAt)
    || (one.name < other.name ? -1 : 1);
}
