// The switches on air, with one press or one key: microphone, camera, screen.

import { announce } from '../common/announce.js';
import { word } from '../common/words.js';

const find = (id) => document.getElementById(id);
const KEYS = { m: 'toggle-microphone', c: 'toggle-camera', s: 'toggle-screen' };
/** Where letters have a meaning already. */
const TYPED_INTO = 'select, textarea, input:not([type=radio]), dialog[open] *';

export class AirControls {
  #isShown = false;

  /**
   * @param {object} handlers
   * @param {() => void} handlers.onMicrophone
   * @param {() => void} handlers.onCamera
   * @param {() => void} handlers.onScreen
   */
  constructor({ onMicrophone, onCamera, onScreen }) {
    find('toggle-microphone').onclick = onMicrophone;
    find('toggle-camera').onclick = onCamera;
    find('toggle-screen').onclick = onScreen;
    // Phones cannot share their screen.
    find('toggle-screen').hidden = !navigator.mediaDevices?.getDisplayMedia;
    addEventListener('keydown', (event) => this.#pressed(event));
  }

  /**
   * @param {object} now
   * @param {boolean} now.isOnAir
   * @param {boolean} now.hasSound whether the microphone is to be heard
   * @param {import('./sources.js').PictureKind | null} now.picture that is shown; a camera that is
   *   covered counts as one
   */
  show({ isOnAir, hasSound, picture }) {
    for (const id of Object.values(KEYS)) find(id).disabled = !isOnAir;
    const wasShown = this.#isShown;
    this.#isShown = isOnAir;
    const speaks = wasShown && isOnAir;
    press('toggle-microphone', hasSound,
      speaks && (hasSound ? word('air.microphone.is-on') : word('air.microphone.is-off')));
    press('toggle-camera', picture === 'camera',
      speaks && (picture === 'camera' ? word('air.camera.is-on') : word('air.camera.is-off')));
    press('toggle-screen', picture === 'screen',
      speaks && (picture === 'screen' ? word('air.screen.is-on') : word('air.screen.is-off')));
  }

  #pressed(event) {
    const { key, target, repeat } = event;
    const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
    const isTyped = target instanceof Element && target.matches(TYPED_INTO);
    if (!this.#isShown || repeat || hasModifier || isTyped || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]')) return;
    const button = find(KEYS[key.toLowerCase()] ?? '');
    if (button && !button.hidden) button.click();
  }
}

/** @param {string | false} words said aloud when it changes */
function press(id, isPressed, words) {
  const button = find(id);
  if (button.getAttribute('aria-pressed') === String(isPressed)) return;
  button.setAttribute('aria-pressed', String(isPressed));
  if (words) announce(words);
}
