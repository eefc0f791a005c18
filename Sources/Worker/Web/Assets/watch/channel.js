// What the server says of a channel, also while it is not live: GET /api/channels/NAME.

/**
 * @param {string} name
 * @returns {Promise<object | null>} null when nothing is known
 */
export async function fetchChannel(name) {
  try {
    const response = await fetch(`/api/channels/${name}`, { priority: 'low' });
    return response.ok ? await response.json() : null;
  } catch {
    // The page does without.
    return null;
  }
}
