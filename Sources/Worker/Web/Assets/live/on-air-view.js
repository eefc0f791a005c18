// The figures while on air, and the state of the broadcast.

import { announce } from '../common/announce.js';
import { formatBitrate, formatBytes, formatDuration, formatSeconds } from '../common/format.js';
import { numberText, siteName, word } from '../common/words.js';

const find = (id) => document.getElementById(id);
/** The meter is full at this lag. */
const FULL_LAG_MS = 5_000;

export class OnAirView {
  #level = '';
  #texts = new Map();

  /** @param {string} name of the broadcast */
  begin(name) {
    const url = new URL(`/${name}/watchLive`, location.href);
    find('watch-link').href = url.pathname;
    find('watch-url').textContent = url.href;
    find('share').hidden = !navigator.share;
    find('share').onclick = () => navigator
      .share({ title: word('air.share-title', { name, site: siteName() }), url: url.href }).catch(() => {});
    this.#level = '';
  }

  /**
   * @param {object} figures
   * @param {number} figures.elapsedMs
   * @param {number} figures.sentBytes
   * @param {number} figures.bitrateBps
   * @param {number | null} figures.viewers null when not known
   * @param {number} figures.mostViewers in the last minutes
   * @param {number | null} figures.delayMs how much later viewers see it; null when that is not known
   * @param {string} figures.audience on what it can be watched
   * @param {string} figures.copy what becomes of the copy on this device
   * @param {ReturnType<import('./air-health.js').AirHealth['judge']>} figures.health
   */
  show(figures) {
    const { elapsedMs, sentBytes, bitrateBps, viewers, audience, copy, health } = figures;
    this.#set('elapsed', formatDuration(elapsedMs));
    this.#set('sent', formatBytes(sentBytes));
    this.#set('upload-bitrate', formatBitrate(bitrateBps));
    this.#set('viewers', viewers === null ? '–' : numberText(viewers));
    this.#set('viewers-note', wordsForViewers(figures));
    this.#set('audience', audience);
    this.#set('copy-state', copy);
    this.#showHealth(health);
  }

  #showHealth({ level, lagMs, framesPerSecond, title, advice, lowerBps, step }) {
    this.#set('health-title', title);
    this.#set('health-advice', advice);
    this.#set('health-lag', formatSeconds(lagMs));
    find('lower-bitrate').hidden = lowerBps === null;
    if (lowerBps !== null) {
      this.#set('lower-bitrate', word('air.lower-to', { to: formatBitrate(lowerBps) }));
    }
    find('easier').hidden = step === null;
    if (step !== null) this.#set('easier', wordsForStep(step));
    this.#set('frame-rate', framesPerSecond === null
      ? '' : word('air.frame-rate', { rate: Math.round(framesPerSecond) }));
    const meter = find('health-meter');
    for (const element of [find('health'), meter]) {
      if (element.dataset.level !== level) element.dataset.level = level;
    }
    meter.style.setProperty('--level', Math.min(lagMs / FULL_LAG_MS, 1).toFixed(2));
    meter.setAttribute('aria-valuenow', (Math.min(lagMs, FULL_LAG_MS) / 1000).toFixed(1));
    meter.setAttribute('aria-valuetext', word('air.behind', { lag: formatSeconds(lagMs) }));
    if (this.#level !== '' && this.#level !== level) {
      announce(word('notice.aloud', { title, text: advice }));
    }
    this.#level = level;
  }

  /** Touches the document only when something has changed. */
  #set(id, text) {
    if (this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    find(id).textContent = text;
  }
}

/** How many there were at most, and how much later they see it. */
function wordsForViewers({ mostViewers, delayMs }) {
  const most = word('air.at-most', { count: mostViewers });
  if (delayMs === null) return most;
  return `${most} ${word('air.delay', { time: formatSeconds(delayMs) })}`;
}

/** @param {import('./encoder-health.js').EasierStep} step */
function wordsForStep({ hasLighterCodec, size }) {
  if (size === null) return word('air.lighter-codec');
  return hasLighterCodec
    ? word('air.lower-to-lighter', { to: size.id }) : word('air.lower-to', { to: size.id });
}
