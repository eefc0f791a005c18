// What may be the name of a broadcast, in the server's words (StreamName.swift) and in ours. Pure.

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
  if (name === '') return unfinished('Choose a name first.');
  const complaint = complaintAbout(name);
  if (complaint) return { name: null, complaint, isUnfinished: false };
  if (name.length < NAME_CHARACTERS_MIN) {
    return unfinished(`A name has at least ${NAME_CHARACTERS_MIN} characters.`);
  }
  if (RESERVED.has(name)) {
    return { name: null, complaint: `“${name}” is reserved. Add something to it.`,
      isUnfinished: false };
  }
  return { name, complaint: null, isUnfinished: false };
}

function complaintAbout(name) {
  if (/\s/.test(name)) return 'No spaces. Use a hyphen instead, for example my-show.';
  if (/^[_-]/.test(name)) return 'Begin with a letter or a digit.';
  const odd = name.match(/[^a-z0-9_-]/u);
  if (odd) return `“${odd[0]}” cannot be used. Letters a to z, digits, - and _ can.`;
  if (name.length > NAME_CHARACTERS_MAX) {
    return `That is too long. A name has at most ${NAME_CHARACTERS_MAX} characters.`;
  }
  return null;
}

function unfinished(complaint) {
  return { name: null, complaint, isUnfinished: true };
}
