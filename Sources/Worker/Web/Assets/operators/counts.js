// Counts and times in English, which is the language of operators. Pure.

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** (1, 'viewer', 'viewers') -> "1 viewer"; (1234, …) -> "1,234 viewers". */
export function formatCount(count, one, many) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/**
 * How long something has been going on: "for 12 minutes", "for 2 hours", "for 3 days".
 * @param {number} startMs since 1970
 */
export function formatSince(startMs) {
  const ms = Math.max(0, Date.now() - startMs);
  if (!(ms >= MINUTE_MS)) return 'for less than a minute';
  if (ms < HOUR_MS) return `for ${formatCount(Math.floor(ms / MINUTE_MS), 'minute', 'minutes')}`;
  if (ms < 2 * DAY_MS) return `for ${formatCount(Math.floor(ms / HOUR_MS), 'hour', 'hours')}`;
  return `for ${formatCount(Math.floor(ms / DAY_MS), 'day', 'days')}`;
}
