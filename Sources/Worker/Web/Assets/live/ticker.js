// Calls back at a steady pace, also when the tab is hidden (as far as the browser allows): the
// timer runs in a small worker. Where there is no worker, an ordinary timer does it.

/** The page's policy demands that a script's address is vouched for. This one is our own. */
const policy = globalThis.trustedTypes?.createPolicy('weir-ticker', {
  createScriptURL: (url) => url,
});

/**
 * @param {number} intervalMs
 * @param {() => void} onTick
 * @returns {{stop(): void}}
 */
export function startTicker(intervalMs, onTick) {
  try {
    const url = new URL('./ticker-worker.js', import.meta.url).href;
    const worker = new Worker(policy ? policy.createScriptURL(url) : url, { type: 'module' });
    worker.onmessage = onTick;
    worker.postMessage(intervalMs);
    return { stop: () => worker.terminate() };
  } catch {
    const timer = setInterval(onTick, intervalMs);
    return { stop: () => clearInterval(timer) };
  }
}
