// Fetches one piece or list, again if need be: a connection that breaks, or a server that has
// nothing yet, is not the end of what plays.

/** Waits before the tries after a failure. */
const RETRY_MS = [0, 250, 1_000];
const RETRY_AFTER_DEFAULT_MS = 1_000;

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {() => void} onLife   the server has answered, be it that it has nothing yet
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}   null: that is not there (any more). Rejects
 *   when nobody answers, and when it is aborted.
 */
export async function steadyFetch(url, signal, onLife) {
  let failures = 0;
  for (;;) {
    const { status, bytes, retryAfterMs } = await tryFetch(url, signal);
    signal.throwIfAborted();
    if (bytes || status === 503) onLife();
    if (bytes) return bytes;
    if (status === 503) {
      await pause(retryAfterMs, signal);
    } else if (status >= 400 && status < 500 && status !== 429) {
      return null;
    } else {
      if (failures === RETRY_MS.length) throw new Error('no answer');
      await pause(RETRY_MS[failures], signal);
      failures += 1;
    }
  }
}

/** Status 0: no answer, or not all of it. */
async function tryFetch(url, signal) {
  try {
    const response = await fetch(url, { signal });
    if (response.ok) return { status: 200, bytes: new Uint8Array(await response.arrayBuffer()) };
    response.body?.cancel();
    const retryAfterMs = Number(response.headers.get('retry-after')) * 1000;
    return { status: response.status, retryAfterMs: retryAfterMs || RETRY_AFTER_DEFAULT_MS };
  } catch {
    return { status: 0 };
  }
}

/** Rejects when it is aborted. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
