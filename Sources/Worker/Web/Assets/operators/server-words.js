// What the status says of the server, in words. Pure.

import { formatCount, formatSince } from './counts.js';
import { troubleCount } from './stream-words.js';

const DAY_MS = 86_400_000;
/** A certificate that is not renewed by then has been forgotten. */
const CERTIFICATE_DAYS = 14;

/** One line. @param {object} status what /status says */
export function serverWords({ server, workers }) {
  const serving = workers.filter(({ state }) => state === 'serving').length;
  const up = formatSince(Date.now() - server.uptimeMs);
  return `Weir ${server.version}, up ${up}, generation ${server.generation}, `
    + `${serving} of ${formatCount(server.wantedWorkers, 'worker', 'workers')} serving`;
}

/** The page's title, which is seen in its tab. @param {object[]} streams as in /status */
export function titleWords(streams) {
  const bad = troubleCount(streams);
  return `${bad > 0 ? `${bad} with trouble · ` : ''}Operators · Weir`;
}

/** What somebody should do something about; '' when there is nothing. */
export function serverNote({ server, workers }, nowMs = Date.now()) {
  if (server.stopping) return 'The server is about to stop.';
  const serving = workers.filter(({ state }) => state === 'serving').length;
  if (serving < server.wantedWorkers) return 'Not all workers serve: the log says why.';
  if (server.lastReloadRefused) return 'The last reload was refused: the log says why.';
  if (server.certificateExpiresAt !== null) {
    const days = Math.floor((Date.parse(server.certificateExpiresAt) - nowMs) / DAY_MS);
    if (days < 0) return 'The certificate has expired.';
    if (days < CERTIFICATE_DAYS) {
      return `The certificate expires in ${formatCount(days, 'day', 'days')}.`;
    }
  }
  return '';
}
