// Keeps the screen from going dark while on air, where the browser can: a phone that sleeps stops
// recording.

let isWanted = false;
/** @type {WakeLockSentinel | null} */
let lock = null;

export function keepScreenOn() {
  isWanted = true;
  request();
}

export function letScreenSleep() {
  isWanted = false;
  lock?.release().catch(() => {});
  lock = null;
}

async function request() {
  if (!isWanted || document.visibilityState !== 'visible') return;
  try {
    lock = await navigator.wakeLock?.request('screen') ?? null;
  } catch {
    // Refused, for example with an empty battery: the broadcast goes on without.
  }
}

// The browser drops the lock when the page is hidden.
document.addEventListener('visibilitychange', request);
