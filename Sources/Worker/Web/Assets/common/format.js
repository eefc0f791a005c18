// Numbers to words, the same everywhere: durations, sizes, rates, counts. Pure.
//
// Durations come in milliseconds, sizes in bytes, rates in bits per second. Sizes and rates count
// in thousands, as networks do. The server renders the home page with the same words
// (HomePage.swift): change both together.

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** 3723000 -> "1:02:03", 65000 -> "1:05". Negative counts as 0. @param {number} ms */
export function formatDuration(ms) {
  const seconds = Math.floor(Math.max(0, ms) / SECOND_MS);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const twoDigits = (number) => String(number).padStart(2, '0');
  const end = `${twoDigits(seconds % 60)}`;
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${end}` : `${minutes}:${end}`;
}

/**
 * How long something has been going on: "for 12 minutes", "for 2 hours", "for 3 days".
 * @param {Date|string|number} start
 * @param {number} [nowMs] since 1970
 */
export function formatSince(start, nowMs = Date.now()) {
  const ms = Math.max(0, nowMs - new Date(start).getTime());
  if (!(ms >= MINUTE_MS)) return 'for less than a minute';
  if (ms < HOUR_MS) return `for ${formatCount(Math.floor(ms / MINUTE_MS), 'minute', 'minutes')}`;
  if (ms < 2 * DAY_MS) return `for ${formatCount(Math.floor(ms / HOUR_MS), 'hour', 'hours')}`;
  return `for ${formatCount(Math.floor(ms / DAY_MS), 'day', 'days')}`;
}

/** 1234567 -> "1.2 MB". @param {number} bytes */
export function formatBytes(bytes) {
  return withUnit(bytes, ['bytes', 'kB', 'MB', 'GB', 'TB']);
}

/** 2483200 -> "2.5 Mbit/s". @param {number} bps */
export function formatBitrate(bps) {
  return withUnit(bps, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s']);
}

/** (1, 'viewer', 'viewers') -> "1 viewer"; (1234, …) -> "1,234 viewers". */
export function formatCount(count, one, many) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** 430 -> "0.4 s", 12345 -> "12 s". @param {number} ms */
export function formatSeconds(ms) {
  const seconds = Math.max(0, ms) / SECOND_MS;
  return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** One decimal below 10 in every unit but the smallest. */
function withUnit(value, units) {
  let amount = Math.max(0, value);
  let index = 0;
  while (amount >= 999.5 && index < units.length - 1) {
    amount /= 1000;
    index += 1;
  }
  const digits = index > 0 && amount < 9.95 ? amount.toFixed(1) : String(Math.round(amount));
  return `${digits} ${units[index]}`;
}
