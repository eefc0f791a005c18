// Shows the player's state on the page: messages over the picture, badge, figures, window title.
// Writes only what has changed, so that nobody is told the same thing twice.

import { formatCount, formatSince } from '../common/format.js';
import { hasPicture, hasSound } from './codecs.js';
import { wordsFor } from './words.js';

/** Trouble that is over before this is not worth a word. */
const PATIENCE_MS = 1_000;
/** A stall is shown only when it lasts. */
const SPINNER_AFTER_MS = 400;
const HASTY_STATES = new Set(['connecting', 'reconnecting']);
const FIGURES_MS = 500;
/** More would only flicker. */
const LATENCY_DIGITS = 1;

export class View {
  #name;
  #player;
  #elements;
  #messageTimer = 0;
  #spinnerTimer = 0;
  #shown = new Map();

  /**
   * @param {string} name   of the stream
   * @param {import('./player.js').Player} player
   * @param {Record<string, HTMLElement>} elements   by id
   */
  constructor(name, player, elements) {
    this.#name = name;
    this.#player = player;
    this.#elements = elements;
    setInterval(() => this.#showFigures(), FIGURES_MS);
  }

  /** After every change. */
  show() {
    const { state, trouble, mimeType, facts, needsPress } = this.#player;
    const words = wordsFor({ state, trouble, mimeType, name: this.#name }, canPlayCodec);
    this.#change('state', state, () => { document.body.dataset.state = state; });
    this.#change('title', words.document, () => { document.title = `${words.document} · Weir`; });
    this.#change('badge', words.badge, () => this.#showBadge(words));
    this.#change('message', `${words.title} ${words.text}`, () => this.#planMessage(words, state));
    this.#change('ways', `${state} ${trouble}`, () => this.#showWays(state, trouble));
    this.#change('dry', facts.isDry && state === 'playing', (isDry) => this.#planSpinner(isDry));
    this.#elements.press.hidden = !(needsPress && state === 'paused-by-viewer');
    this.#elements['sound-only'].hidden = !facts.hasMedia || hasPicture(mimeType);
    this.#elements.mute.disabled = facts.hasMedia && !hasSound(mimeType);
    this.#showStream();
  }

  #change(key, value, apply) {
    if (this.#shown.get(key) === value) return;
    this.#shown.set(key, value);
    apply(value);
  }

  #showBadge({ badge, tone }) {
    this.#elements.badge.textContent = badge;
    this.#elements.badge.className = tone ? `badge badge-${tone}` : 'badge';
  }

  // Messages

  #planMessage(words, state) {
    clearTimeout(this.#messageTimer);
    const isSaying = this.#elements.curtain.dataset.saying === 'true';
    if (words.title && HASTY_STATES.has(state) && !isSaying) {
      this.#messageTimer = setTimeout(() => this.#say(words), PATIENCE_MS);
    } else {
      this.#say(words);
    }
  }

  #say({ title, text }) {
    this.#elements.curtain.dataset.saying = title !== '';
    this.#elements['message-title'].textContent = title;
    this.#elements['message-text'].textContent = text;
  }

  #showWays(state, trouble) {
    this.#elements['try-again'].hidden = !(state === 'unplayable' && trouble === 'damaged');
    this.#elements['who-else'].hidden = state !== 'offline' && state !== 'ended';
  }

  #planSpinner(isDry) {
    clearTimeout(this.#spinnerTimer);
    if (!isDry) {
      this.#elements.spinner.hidden = true;
      return;
    }
    this.#spinnerTimer = setTimeout(() => { this.#elements.spinner.hidden = false; },
      SPINNER_AFTER_MS);
  }

  // Figures

  #showStream() {
    const { stream } = this.#player;
    const isOn = stream?.state === 'live' || stream?.state === 'paused';
    const viewers = isOn ? formatCount(stream.viewers, 'viewer', 'viewers') : '';
    this.#change('viewers', viewers, () => { this.#elements.viewers.textContent = viewers; });
    const since = isOn ? `live ${formatSince(stream.startedAt)}` : '';
    this.#change('since', since, () => { this.#elements.since.textContent = since; });
  }

  #showFigures() {
    const { state, behindS, isAtEdge } = this.#player;
    const hasTime = state === 'playing' || state === 'rewound' || state === 'paused-by-viewer';
    const text = hasTime ? behindS.toFixed(LATENCY_DIGITS) : '';
    this.#change('latency', `${text} ${isAtEdge}`, () => {
      this.#elements.latency.dataset.seconds = text;
      // Further back it says so on the button beside it.
      this.#elements.latency.textContent = isAtEdge ? text && `${text} s` : '';
    });
    this.#showStream();
  }
}

function canPlayCodec(codec) {
  const probe = document.createElement('video');
  return ['video/webm', 'video/mp4', 'audio/webm', 'audio/mp4'].some(
    (container) => probe.canPlayType(`${container}; codecs="${codec}"`) !== '');
}
