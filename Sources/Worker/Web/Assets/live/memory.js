// What the page remembers on this device: the name, and how one likes to broadcast.

const KEY = 'weir.broadcast';

/** @returns {Record<string, string>} */
export function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** @param {Record<string, string>} choices */
export function remember(choices) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...recall(), ...choices }));
  } catch {
    // Not allowed, or full: then not.
  }
}
