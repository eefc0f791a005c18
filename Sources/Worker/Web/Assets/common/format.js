// Figures as people read them, the same everywhere: durations, sizes, rates.
//
// Durations come in milliseconds, sizes in bytes, rates in bits per second. Sizes and rates count
// in thousands, as networks do. The server renders pages with the same words (Words+Figures.swift):
// change both together.

import { numberText, word } from './words.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** 3723000 -> "1:02:03", 65000 -> "1:05". Negative counts as 0. @param {number} ms */
export function formatDuration(ms) {
  const seconds = Math.floor(Math.max(0, ms) / SECOND_MS);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const twoDigits = (number) => String(number).padStart(2, '0');
  const end = `${twoDigits(seconds % 60)}`;
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${end}` : `${minutes}:${end}`;
}

/** 4800000 -> "1 h 20 min", 65000 -> "1 min". Less than a minute counts as one. @param {number} ms */
export function formatLength(ms) {
  const minutes = Math.max(1, Math.floor(ms / MINUTE_MS));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${minutes} min`;
  return rest === 0 ? `${numberText(hours)} h` : `${numberText(hours)} h ${rest} min`;
}

/** 1234567 -> "1.2 MB". @param {number} bytes */
export function formatBytes(bytes) {
  return withUnit(bytes, [word('unit.bytes'), 'kB', 'MB', 'GB', 'TB']);
}

/** 2483200 -> "2.5 Mbit/s". @param {number} bps */
export function formatBitrate(bps) {
  return withUnit(bps, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s']);
}

/** 430 -> "0.4 s", 12345 -> "12 s". @param {number} ms */
export function formatSeconds(ms) {
  const seconds = Math.max(0, ms) / SECOND_MS;
  return `${seconds < 9.95 ? numberText(seconds, 1) : Math.round(seconds)} s`;
}

/** One decimal below 10 in every unit but the smallest. */
function withUnit(value, units) {
  let amount = Math.max(0, value);
  let index = 0;
  while (amount >= 999.5 && index < units.length - 1) {
    amount /= 1000;
    index += 1;
  }
  const digits = index > 0 && amount < 9.95 ? numberText(amount, 1) : String(Math.round(amount));
  return `${digits} ${units[index]}`;
}
