// By which of the server's formats a broadcast comes: WebM in one response, lists of HLS that the
// browser reads by itself, or the pieces that such lists name (CMAF), read by this page.

import { word } from '../common/words.js';

/** @typedef {'webm' | 'hls' | 'cmaf'} Via */

/** @type {Set<Via>} */
const ALL = new Set(['webm', 'hls', 'cmaf']);

/** In words. @param {Via} via */
export function nameOf(via) {
  switch (via) {
    case 'cmaf': return word('watch.low-latency-hls');
    case 'hls': return 'HLS';
    default: return 'WebM';
  }
}

/**
 * The one that the page's address asks for (`?via=cmaf`); null: whatever is best.
 * @param {string} search
 * @returns {Via | null}
 */
export function viaOf(search) {
  const asked = new URLSearchParams(search).get('via');
  return ALL.has(asked) ? /** @type {Via} */ (asked) : null;
}

/**
 * Whether to begin with a question for lists and not for bytes.
 * @param {Via | null} via   what the address asks for
 * @param {boolean} streamsWebM   whether the browser's MediaSource takes WebM
 * @param {boolean} takesLists    whether it could play anything that lists name
 */
export function asksForLists(via, streamsWebM, takesLists) {
  return via === null ? !streamsWebM && takesLists : via !== 'webm';
}

/**
 * What the page says of it.
 * @param {Via} via
 * @param {string} seconds   how far behind the picture is; empty when that is not known
 */
export function viaWords(via, seconds) {
  const way = nameOf(via);
  return seconds ? word('watch.via-behind', { way, seconds }) : word('watch.via', { way });
}
