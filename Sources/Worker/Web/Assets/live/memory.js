// What the page remembers on this device: the name, the choices for broadcasting, and which codecs
// were too slow.

const KEY = 'weir.broadcast';

/** @returns {Record<string, any>} */
export function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** @param {Record<string, any>} choices */
export function remember(choices) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...choices }));
  } catch {
    // Storage is forbidden, or full: then nothing is remembered.
  }
}
