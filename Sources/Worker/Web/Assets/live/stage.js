// The preview: what viewers will see, silently, with a meter for the sound; or an invitation to
// open a picture.

import { word } from '../common/words.js';

const find = (id) => document.getElementById(id);
const LEVEL_EVERY_MS = 66;

const INVITATIONS = {
  camera: () => ({ text: word('studio.camera.text'), label: word('studio.camera.open') }),
  screen: () => ({ text: word('studio.screen.text'), label: word('studio.screen.open') }),
  test: () => ({ text: word('studio.test.text'), label: word('studio.test.open') }),
};

export class Stage {
  #video = find('preview');
  #meter = find('level');
  #studio;

  /**
   * @param {import('./studio.js').Studio} studio
   * @param {() => void} onOpen the broadcaster wants to see the picture
   */
  constructor(studio, onOpen) {
    this.#studio = studio;
    find('open-source').onclick = onOpen;
    setInterval(() => this.#showLevel(), LEVEL_EVERY_MS);
  }

  /** Shows the studio's picture, or the invitation to open one. */
  show(source) {
    const { preview } = this.#studio;
    find('stage').dataset.picture = this.#studio.pictureKind ?? 'none';
    find('stage-empty').hidden = preview !== null;
    const { text, label } = INVITATIONS[source]();
    find('stage-text').textContent = text;
    find('open-source').textContent = label;
    const track = preview?.getVideoTracks()[0];
    if (track === this.#video.srcObject?.getVideoTracks()[0]) return;
    this.#video.srcObject = preview;
    // Refused only when the page is being left.
    if (preview) this.#video.play().catch(() => {});
  }

  #showLevel() {
    if (document.hidden) return;
    const level = this.#studio.level;
    const state = level === null ? word('studio.no-sound') : word('studio.sound');
    if (find('sound-state').textContent !== state) find('sound-state').textContent = state;
    this.#meter.style.setProperty('--level', (level ?? 0).toFixed(2));
    this.#meter.setAttribute('aria-valuenow', Math.round((level ?? 0) * 100).toString());
  }
}
