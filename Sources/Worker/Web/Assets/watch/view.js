// Shows the player's state on the page: messages over the picture, badge, figures, window title.
// Writes only what has changed, so that a screen reader does not say the same thing twice.

import { liveSince } from '../common/stream-words.js';
import { numberText, siteName, word } from '../common/words.js';
import { hasPicture } from './codecs.js';
import { via as askedVia } from './first-request.js';
import { isNobodyLive } from './player-state.js';
import { viaWords } from './via.js';
import { noteFor, wordsFor } from './words.js';

/** Trouble that is over sooner is not worth mentioning. */
const PATIENCE_MS = 1_000;
/** A stall is shown only when it lasts. */
const SPINNER_AFTER_MS = 400;
const HASTY_STATES = new Set(['connecting', 'reconnecting']);
/** There is a picture, moving or not, and so it has an age. */
const STATES_WITH_TIME = new Set(['playing', 'rewound', 'paused-by-viewer', 'reconnecting']);
const FIGURES_MS = 500;
/** More would only flicker. */
const LATENCY_DIGITS = 1;

export class View {
  #faceView;
  #player;
  #elements;
  #messageTimer = 0;
  #spinnerTimer = 0;
  #shown = new Map();

  /**
   * @param {import('./face-view.js').FaceView} faceView
   * @param {import('./player.js').Player} player
   * @param {Record<string, HTMLElement>} elements   by id
   */
  constructor(faceView, player, elements) {
    this.#faceView = faceView;
    this.#player = player;
    this.#elements = elements;
    setInterval(() => this.#showFigures(), FIGURES_MS);
  }

  /** After every change. */
  show() {
    const { state, mimeType, facts, needsPress, stream } = this.#player;
    const trouble = this.#player.trouble ?? (facts.isStuck ? 'still' : null);
    const isJoinable = stream?.joinable !== false;
    const words = wordsFor(
      { state, trouble, mimeType, isJoinable, via: askedVia, name: this.#faceView.shownName },
      canPlayCodec);
    this.#change('state', state, () => { document.body.dataset.state = state; });
    this.#showDocumentTitle(words.document, state);
    this.#change('badge', words.badge, () => this.#showBadge(words));
    this.#change('message', `${words.title} ${words.text}`, () => this.#planMessage(words, state));
    this.#change('ways', `${state} ${trouble}`, () => this.#showWays(state, trouble));
    this.#change('dry', facts.isDry && state === 'playing', (isDry) => this.#planSpinner(isDry));
    this.#elements.press.hidden = !(needsPress && state === 'paused-by-viewer');
    this.#elements.mute.disabled = facts.hasMedia && !this.#player.hasSound;
    this.#showLack();
    this.#showStream();
  }

  #change(key, value, apply) {
    if (this.#shown.get(key) === value) return;
    this.#shown.set(key, value);
    apply(value);
  }

  /** The broadcast's own title, if it has one, while it is to be seen. */
  #showDocumentTitle(words, state) {
    const { face, shownName } = this.#faceView;
    const isShowing = state === 'playing' || state === 'rewound';
    const text = isShowing && face.title ? `${face.title} · ${shownName}` : words;
    this.#change('title', text, () => { document.title = `${text} · ${siteName()}`; });
  }

  #showBadge({ badge, tone }) {
    const element = this.#elements.badge;
    // A page that is framed by another one has no words around the picture.
    if (!element) return;
    element.textContent = badge;
    element.className = tone ? `badge badge-${tone}` : 'badge';
  }

  /** What is missing while the rest plays. */
  #showLack() {
    const { mimeType, facts, lack, isBlind, state } = this.#player;
    const isShowing = state === 'playing' || state === 'rewound';
    const note = isShowing ? noteFor({ lack, isBlind, mimeType }) : '';
    this.#change('note', note, () => {
      this.#elements.note.textContent = note;
    });
    const isSoundOnly = !hasPicture(mimeType)
      || (lack?.kind === 'video' && this.#elements.still.hidden);
    this.#elements['sound-only'].hidden = !facts.hasMedia || !isSoundOnly;
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
    const whoElse = this.#elements['who-else'];
    if (whoElse) whoElse.hidden = !isNobodyLive(state);
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
    const viewers = isOn ? word('count.viewers', { count: stream.viewers }) : '';
    this.#change('viewers', viewers, () => setText(this.#elements.viewers, viewers));
    const since = isOn ? liveSince(stream.startedAt) : '';
    this.#change('since', since, () => setText(this.#elements.since, since));
  }

  #showFigures() {
    const { state, lagS, isAtEdge, isQuiet, via } = this.#player;
    const seconds = STATES_WITH_TIME.has(state) ? lagS.toFixed(LATENCY_DIGITS) : '';
    const shown = seconds && numberText(lagS, LATENCY_DIGITS);
    const text = latencyText(state, shown, isAtEdge);
    const { latency, live } = this.#elements;
    this.#change('seconds', seconds, () => { latency.dataset.seconds = seconds; });
    this.#change('latency', text, () => { latency.textContent = text; });
    const way = via && shown ? viaWords(via, shown) : '';
    this.#change('way', way, () => setText(this.#elements.way, way));
    // The element tells of what it leaves out when it likes.
    this.#showLack();
    this.#change('quiet', isQuiet, () => {
      latency.dataset.quiet = live.dataset.quiet = isQuiet;
    });
    this.#showStream();
  }
}

/** Of an element that not every page has. */
function setText(element, text) {
  if (element) element.textContent = text;
}

/** What stands beside Live. Further back, the button says how far. */
function latencyText(state, seconds, isAtEdge) {
  if (state === 'paused-by-viewer') return word('player.paused');
  return isAtEdge && seconds ? `${seconds} s` : '';
}

function canPlayCodec(codec) {
  const probe = document.createElement('video');
  return ['video/webm', 'video/mp4', 'audio/webm', 'audio/mp4'].some(
    (container) => probe.canPlayType(`${container}; codecs="${codec}"`) !== '');
}
