// The buttons and sliders over the picture: what they do, and what they show.

import { formatDuration } from '../common/format.js';
import { word } from '../common/words.js';

const SHOW_MS = 250;
export const STEP_S = 10;

export class Controls {
  #player;
  #sound;
  #elements;
  #isDragging = false;

  /**
   * @param {import('./player.js').Player} player
   * @param {import('./sound.js').Sound} sound
   * @param {Record<string, HTMLElement>} elements   by id
   */
  constructor(player, sound, elements) {
    this.#player = player;
    this.#sound = sound;
    this.#elements = elements;
    this.#listen();
    setInterval(() => this.#showPosition(), SHOW_MS);
  }

  /** By so many seconds; negative goes back. */
  skip(seconds) {
    this.#player.rewindTo(Math.max(0, this.#player.behindS - seconds));
    this.#showPosition();
  }

  /** After every change of the player or the sound. */
  show() {
    const { state } = this.#player;
    const isPaused = this.#player.facts.isPaused;
    setButton(this.#elements.play, isPaused ? 'play' : 'pause',
      isPaused ? word('player.play') : word('player.pause'), word('player.space'));
    const { isMuted, isUnasked, volume } = this.#sound;
    setButton(this.#elements.mute, isMuted ? 'muted' : 'sound',
      isMuted ? word('player.sound-on') : word('player.sound-off'), 'm');
    this.#elements.volume.value = isMuted ? 0 : volume;
    setFill(this.#elements.volume, isMuted ? 0 : volume);
    const isShowing = state === 'playing' || state === 'rewound' || state === 'interrupted';
    this.#elements.unmute.hidden
      = !(isMuted && isUnasked && isShowing && !this.#elements.mute.disabled);
    this.#showPosition();
  }

  #listen() {
    const { play, back, live, seek, mute, unmute, volume, press } = this.#elements;
    play.addEventListener('click', () => this.#player.toggle());
    press.addEventListener('click', () => this.#player.play());
    back.addEventListener('click', () => this.skip(-STEP_S));
    live.addEventListener('click', () => this.#player.goLive());
    mute.addEventListener('click', () => this.#sound.setMuted(!this.#sound.isMuted));
    unmute.addEventListener('click', () => this.#sound.setMuted(false));
    volume.addEventListener('input', () => this.#sound.setVolume(Number(volume.value)));
    seek.addEventListener('input', () => {
      this.#isDragging = true;
      this.#describeSeek(-Number(seek.value));
    });
    seek.addEventListener('change', () => {
      this.#isDragging = false;
      this.#player.rewindTo(-Number(seek.value));
    });
  }

  // Where we are

  #showPosition() {
    const { seek, live, back, play } = this.#elements;
    const { behindS, reachS, facts, isAtEdge } = this.#player;
    setAttribute(live, 'data-at-edge', String(isAtEdge));
    live.disabled = !facts.hasMedia;
    back.disabled = !facts.hasMedia || reachS === 0;
    play.disabled = !facts.hasMedia;
    seek.disabled = !facts.hasMedia || reachS < 1;
    if (this.#isDragging) return;
    setAttribute(seek, 'min', String(-Math.max(1, Math.ceil(reachS))));
    const value = isAtEdge ? 0 : -Math.round(behindS);
    if (Number(seek.value) !== value) seek.value = value;
    this.#describeSeek(isAtEdge ? 0 : behindS);
  }

  #describeSeek(behindS) {
    const { seek, live } = this.#elements;
    const time = formatDuration(behindS * 1000);
    const words = behindS < 1 ? word('player.live') : word('player.behind-live', { time });
    setAttribute(seek, 'aria-valuetext', words);
    setFill(seek, 1 - behindS / -Number(seek.min));
    const label = behindS < 1 ? word('player.live') : `−${time}`;
    setText(live, label);
    setAttribute(
      live, 'aria-label', behindS < 1 ? label : word('player.back-to-live', { label }));
    setAttribute(
      live, 'title', behindS < 1 ? word('player.at-edge') : word('player.to-live-key'));
  }
}

function setButton(button, icon, label, key) {
  const use = button.querySelector('use');
  setAttribute(use, 'href', `#icon-${icon}`);
  setAttribute(button, 'aria-label', label);
  setAttribute(button, 'title', word('player.with-key', { label, key }));
}

/** How much of a slider is coloured, from 0 to 1. */
function setFill(slider, share) {
  const text = Math.min(1, Math.max(0, share)).toFixed(3);
  if (slider.style.getPropertyValue('--fill') !== text) slider.style.setProperty('--fill', text);
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
