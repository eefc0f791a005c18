// What the status says of streams, in words. Pure.

import { formatBitrate, formatSeconds } from '../common/format.js';
import { formatCount, formatSince } from './counts.js';

/** Below this, nobody has to know. */
const NOTHING_MS = 50;

export function viewersOf(stream) {
  return stream.webmViewers + stream.packagedViewers;
}

export function stateWords(stream) {
  if (stream.light === null) return 'ended';
  const since = formatSince(Date.now() - stream.ageMs);
  return stream.reasons.length > 0 ? stream.reasons.join('; ') : `live ${since}`;
}

/** One line about all of them; '' when there are none. */
export function summaryWords(streams, shownCount) {
  if (streams.length === 0) return '';
  const count = (light) => streams.filter((stream) => stream.light === light).length;
  const on = streams.length - count(null);
  const words = [
    formatCount(on, 'broadcast', 'broadcasts'),
    formatCount(streams.reduce((sum, stream) => sum + viewersOf(stream), 0), 'viewer', 'viewers'),
  ];
  const bad = troubleCount(streams);
  if (bad > 0) words.push(`${bad} with trouble`);
  if (shownCount < streams.length) words.push(`${shownCount} of ${streams.length} are shown`);
  return words.join(', ');
}

/** How many need somebody to look. */
export function troubleCount(streams) {
  return streams.filter(({ light }) => light === 'amber' || light === 'red').length;
}

/** The figures of a row, by their names in it. */
export function figureWords(stream) {
  const seconds = (ms) => (ms === null || ms < NOTHING_MS ? '–' : formatSeconds(ms));
  return {
    webm: stream.webmViewers.toLocaleString('en'),
    packaged: stream.packagedViewers.toLocaleString('en'),
    bitrate: stream.bitrateBps === 0 ? '–' : formatBitrate(stream.bitrateBps),
    keyframes: seconds(stream.keyframeIntervalMs),
    lag: seconds(stream.lagMs),
    held: seconds(stream.heldBackMs),
  };
}
