// The keys of the player. Single letters get in the way of people who speak to their computer, so
// the list of keys has a switch for them.

import { STEP_S } from './controls.js';

const STORAGE_KEY = 'weir.keys';
const VOLUME_STEP = 0.1;

/**
 * @param {object} parts
 * @param {import('./player.js').Player} parts.player
 * @param {import('./sound.js').Sound} parts.sound
 * @param {import('./controls.js').Controls} parts.controls
 * @param {import('./idle.js').Idle} parts.idle
 * @param {() => void} parts.toggleFullScreen
 * @param {() => void} parts.toggleStatistics
 * @param {Record<string, HTMLElement>} parts.elements   by id
 */
export function listenToKeys(
  { player, sound, controls, idle, toggleFullScreen, toggleStatistics, elements },
) {
  const list = elements.keys;
  const actions = {
    ' ': () => player.toggle(),
    k: () => player.toggle(),
    m: () => sound.setMuted(!sound.isMuted),
    f: toggleFullScreen,
    i: toggleStatistics,
    l: () => player.goLive(),
    End: () => player.goLive(),
    ArrowLeft: () => controls.skip(-STEP_S),
    ArrowRight: () => controls.skip(STEP_S),
    ArrowUp: () => sound.setVolume(sound.volume + VOLUME_STEP),
    ArrowDown: () => sound.setVolume(sound.volume - VOLUME_STEP),
    // A page that is framed by another one has no such list.
    ...(list && { '?': () => list.showModal() }),
  };
  const hasKeys = elements['keys-on'] ? rememberSwitch(elements['keys-on']) : () => true;
  elements['show-keys']?.addEventListener('click', () => list?.showModal());
  addEventListener('keydown', (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!Object.hasOwn(actions, key) || !hasKeys() || isTaken(event, key)) return;
    event.preventDefault();
    idle.stir();
    actions[key]();
  });
}

/** Whether the key means something to the browser or to the element that has the focus. */
function isTaken(event, key) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  if (document.querySelector('dialog[open]')) return true;
  const { target } = event;
  if (target.matches('input[type=range]')) return key.startsWith('Arrow') || key === 'End';
  if (key === ' ') return target.matches('button, a, input, summary');
  return target.matches('input:not([type=range], [type=checkbox]), textarea, select');
}

/** Keeps the switch as the viewer left it; returns how to ask it. */
function rememberSwitch(checkbox) {
  try {
    checkbox.checked = localStorage.getItem(STORAGE_KEY) !== 'off';
  } catch {
    // The browser stores nothing for us: the keys are on.
  }
  checkbox.addEventListener('change', () => {
    try {
      localStorage.setItem(STORAGE_KEY, checkbox.checked ? 'on' : 'off');
    } catch {
      // Then it holds for this visit.
    }
  });
  return () => checkbox.checked;
}
