// What may be the name of a broadcast, by the server's rules (StreamName.swift).

import { word } from './words.js';

const NAME_CHARACTERS_MIN = 3;
const NAME_CHARACTERS_MAX = 32;

/** First path components that are, or may become, the server's own: it has the last word. */
const RESERVED = new Set([
  'about', 'account', 'accounts', 'admin', 'api', 'assets', 'favicon', 'healthz', 'help', 'hls',
  'live', 'login', 'logout', 'me', 'metrics', 'readyz', 'robots', 'settings', 'signup', 'static',
  'status', 'streams', 'watch', 'watchlive', 'weir', 'well-known',
]);

/**
 * Checks a name as it is typed.
 * @param {string} text
 * @returns {{name: string | null, complaint: string | null, isUnfinished: boolean}} the folded name
 *   when it can be used; else what is wrong, and whether going on typing may be all it takes
 */
export function checkName(text) {
  const name = text.trim().toLowerCase();
  if (name === '') return unfinished(word('name.missing'));
  const complaint = complaintAbout(name);
  if (complaint) return { name: null, complaint, isUnfinished: false };
  if (name.length < NAME_CHARACTERS_MIN) {
    return unfinished(word('name.short', { count: NAME_CHARACTERS_MIN }));
  }
  if (RESERVED.has(name)) {
    return { name: null, complaint: word('name.reserved', { name }), isUnfinished: false };
  }
  return { name, complaint: null, isUnfinished: false };
}

function complaintAbout(name) {
  if (/\s/.test(name)) return word('name.spaces');
  if (/^[_-]/.test(name)) return word('name.beginning');
  const odd = name.match(/[^a-z0-9_-]/u);
  if (odd) return word('name.odd', { character: odd[0] });
  if (name.length > NAME_CHARACTERS_MAX) {
    return word('name.long', { count: NAME_CHARACTERS_MAX });
  }
  return null;
}

function unfinished(complaint) {
  return { name: null, complaint, isUnfinished: true };
}
