// What is said over the picture while nobody is live: when the channel was last, and for how long.

import { formatLength } from '../common/format.js';
import { agoText, word } from '../common/words.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * @param {{title: string, startedAt: string, endedAt: string} | null | undefined} last   broadcast, as in the API
 * @param {number} [nowMs]   since 1970
 * @returns {string} empty when there was none
 */
export function lastTimeWords(last, nowMs = Date.now()) {
  if (!last) return '';
  const [startedMs, endedMs] = [Date.parse(last.startedAt), Date.parse(last.endedAt)];
  const values = { when: when(endedMs, nowMs), duration: formatLength(endedMs - startedMs) };
  return last.title
    ? word('watch.last-time.titled', { ...values, title: last.title })
    : word('watch.last-time', values);
}

/** Today in hours or minutes, else in days of the calendar: "2 hours ago", "yesterday". */
function when(thenMs, nowMs) {
  const days = Math.round((startOfDay(nowMs) - startOfDay(thenMs)) / DAY_MS);
  if (days > 0) return agoText(days, 'day');
  const ms = Math.max(MINUTE_MS, nowMs - thenMs);
  return ms < HOUR_MS
    ? agoText(Math.floor(ms / MINUTE_MS), 'minute') : agoText(Math.floor(ms / HOUR_MS), 'hour');
}

function startOfDay(ms) { return new Date(ms).setHours(0, 0, 0, 0); }
