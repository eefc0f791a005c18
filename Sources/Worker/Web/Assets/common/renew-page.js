// What could not be loaded of a page stays so in most browsers until the page is loaded again, also when the
// network is back. And after an upgrade of the server, what is loaded later may not fit what was loaded before.

const STORAGE_KEY = 'weir.renewed-at';
/** Where loading again does not help, a page is not to do so again and again. */
const EVERY_MS = 60_000;
const ANSWER_MS = 5_000;

/** Loads the page again, if the server has it, at most once a minute. Never rejects. */
export async function renewPage() {
  if (!mayRenew()) return;
  try {
    const answer = await fetch(location.href, {
      method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!answer.ok || !mayRenew()) return;
    sessionStorage.setItem(STORAGE_KEY, Date.now());
    location.reload();
  } catch {
    // The network is still away, or the browser stores nothing, and so could not tell when that was.
  }
}

function mayRenew() {
  try {
    return isDue(sessionStorage.getItem(STORAGE_KEY), Date.now());
  } catch {
    return false;
  }
}

/**
 * Whether the last time is long enough ago. Pure.
 * @param {string | null} renewedAt   by the computer's clock, which may have been set back; null: never
 * @param {number} nowMs
 */
export function isDue(renewedAt, nowMs) {
  return !(Math.abs(nowMs - Number(renewedAt ?? NaN)) < EVERY_MS);
}
