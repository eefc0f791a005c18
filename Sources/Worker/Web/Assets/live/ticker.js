// Calls back at a steady pace, also when the tab is hidden (as far as the browser allows): the
// timer runs in a small worker. Where there is no worker, an ordinary timer does it.

import { startWorker } from './own-worker.js';

/**
 * @param {number} intervalMs
 * @param {() => void} onTick
 * @returns {{stop(): void}}
 */
export function startTicker(intervalMs, onTick) {
  try {
    const worker = startWorker('ticker-worker.js');
    worker.onmessage = onTick;
    worker.postMessage(intervalMs);
    return { stop: () => worker.terminate() };
  } catch {
    const timer = setInterval(onTick, intervalMs);
    return { stop: () => clearInterval(timer) };
  }
}
