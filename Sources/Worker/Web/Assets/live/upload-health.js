// How the upload is doing, in a word, a sentence, and what to do about it. Pure: figures and the
// time in, words out. A level gets worse at once and better only after a while, so that it does not
// flicker.

import { formatBitrate } from '../common/format.js';
import { word } from '../common/words.js';
import { wordsForStranger } from './stranger-words.js';

/** @typedef {'good' | 'behind' | 'bad' | 'offline'} Level */

const LEVELS = ['good', 'behind', 'bad', 'offline'];
const GOOD_BELOW_MS = 1_000;
const BAD_FROM_MS = 4_000;
/** A failure that ends sooner need not be shown. */
const OFFLINE_AFTER_MS = 1_500;
const CALM_MS = 2_500;
/** For this long after an outage, a backlog is not a weakness of the line. */
const CATCH_UP_MS = 6_000;
/** The lag shown is the most of the last moment: it goes up and down with every chunk. */
const LAG_WINDOW_MS = 1_000;

/**
 * @typedef {object} Figures
 * @property {number} lagMs for how long the oldest has been here that the server has not taken
 * @property {number} waitingMediaMs media that the server has not taken
 * @property {number} bitrateBps of the recorder, as asked for
 * @property {import('./uploader.js').Failure | null} failure
 * @property {boolean} isOnline whether the machine has a network at all
 * @property {number | null} lowerBps a bitrate that would help, if there is one
 */

export class UploadHealth {
  /** @type {Level} */
  #level = 'good';
  #calmSinceMs = 0;
  #backSinceMs = -Infinity;
  /** @type {{lagMs: number, atMs: number}[]} */
  #lags = [];

  /**
   * @param {Figures} figures
   * @param {number} nowMs
   * @returns {{level: Level, lagMs: number, title: string, advice: string,
   *   reason: string, lowerBps: number | null}} reason: of a trouble on the way, '' if none;
   *   lowerBps: to be offered
   */
  judge(figures, nowMs) {
    const lagMs = this.#recentLagMs(figures.lagMs, nowMs);
    this.#settle(levelOf(figures, lagMs, nowMs), nowMs);
    const level = this.#level;
    if (level === 'behind' && this.#isCatchingUp(nowMs)) {
      return { level, lagMs, lowerBps: null, reason: '', ...catchingUp() };
    }
    const lowerBps = level === 'behind' || level === 'bad' ? figures.lowerBps : null;
    return { level, lagMs, lowerBps, reason: '', ...WORDS[level](figures) };
  }

  #settle(level, nowMs) {
    if (this.#level === 'offline' && level !== 'offline') {
      this.#backSinceMs = nowMs;
      this.#lags = [];
      this.#level = 'behind';
    }
    const next = level === 'bad' && this.#isCatchingUp(nowMs) ? 'behind' : level;
    const isBetter = LEVELS.indexOf(next) < LEVELS.indexOf(this.#level);
    if (!isBetter) this.#calmSinceMs = nowMs;
    if (!isBetter || nowMs - this.#calmSinceMs >= CALM_MS) this.#level = next;
  }

  #isCatchingUp(nowMs) { return nowMs - this.#backSinceMs < CATCH_UP_MS; }

  #recentLagMs(lagMs, nowMs) {
    this.#lags.push({ lagMs, atMs: nowMs });
    this.#lags = this.#lags.filter(({ atMs }) => atMs > nowMs - LAG_WINDOW_MS);
    return Math.max(...this.#lags.map((sample) => sample.lagMs));
  }
}

/** @returns {Level} */
function levelOf({ failure, isOnline }, lagMs, nowMs) {
  if (!isOnline) return 'offline';
  if (failure && nowMs - failure.sinceMs > OFFLINE_AFTER_MS) return 'offline';
  if (lagMs >= BAD_FROM_MS) return 'bad';
  return lagMs >= GOOD_BELOW_MS ? 'behind' : 'good';
}

const WORDS = {
  good: () => ({
    title: word('health.good.title'),
    advice: word('health.good.text'),
  }),
  behind: ({ lowerBps }) => ({
    title: word('health.behind.title'),
    advice: lowerBps
      ? word('health.behind.lower') : word('health.behind.text'),
  }),
  bad: ({ bitrateBps, lowerBps }) => ({
    title: word('health.bad.title'),
    advice: lowerBps
      ? word('health.bad.lower', { bitrate: formatBitrate(bitrateBps) })
      : word('health.bad.text'),
  }),
  offline: offlineWords,
};

function catchingUp() {
  return { title: word('health.catching-up.title'), advice: word('health.catching-up.text') };
}

function offlineWords({ failure, isOnline, waitingMediaMs }) {
  const kept = word('health.kept', { seconds: String(Math.round(waitingMediaMs / 1000)) });
  if (!isOnline) {
    return { title: word('health.offline.title'), advice: word('health.offline.text', { kept }) };
  }
  const answer = failure?.answer;
  if (answer && answer.status !== 0 && !answer.isOurs) {
    const { title, text } = wordsForStranger(answer.status);
    return { title, reason: text, advice: `${text} ${kept}` };
  }
  switch (answer?.status) {
    case undefined:
    case 0: return { title: word('health.unanswered'), advice: kept };
    case 503: return { title: word('health.busy'), advice: kept };
    case 507: return { title: word('health.no-space'), advice: kept };
    default: return { title: word('health.problem'), advice: kept };
  }
}
