// Changes the picture of a channel: it is shown as soon as it is chosen, and saved at once.

import { word } from '../common/words.js';
import { encoded, squareOf } from './square-picture.js';

const ADDRESS = '/api/me/picture';
const PATIENCE_MS = 30_000;

/** Offers it, where the page has a picture. */
export function offerToChangePicture() {
  const place = document.querySelector('[data-picture]');
  if (place) new PictureForm(place);
}

class PictureForm {
  constructor(place) {
    this.place = place;
    const controls = place.querySelector('[data-picture-controls]');
    this.status = controls.querySelector('[data-picture-status]');
    this.choose = controls.querySelector('[data-picture-choose]');
    this.remove = controls.querySelector('[data-picture-remove]');
    const file = controls.querySelector('input');
    this.choose.addEventListener('click', () => file.click());
    file.addEventListener('change', () => {
      const [chosen] = file.files;
      if (chosen) this.change(() => this.save(chosen));
      // The same file may be chosen again.
      file.value = '';
    });
    this.remove.addEventListener('click', () => this.change(() => this.drop()));
    controls.hidden = false;
  }

  /** One change at a time. @param {() => Promise<void>} work */
  async change(work) {
    if (this.place.ariaBusy === 'true') return;
    this.place.ariaBusy = 'true';
    await work();
    this.place.ariaBusy = 'false';
  }

  async save(file) {
    const canvas = await squareOf(file).catch(() => null);
    const blob = canvas && await encoded(canvas);
    if (!blob) return this.say(word('channel.picture.unreadable'), true);
    const before = this.shown;
    this.show(canvas);
    this.say(word('channel.picture.saving'));
    const answer = await ask('PUT', blob);
    const address = answer?.ok ? (await answer.json().catch(() => null))?.pictureUrl : null;
    if (!address) {
      this.show(before);
      return this.say(word('channel.picture.failed'), true);
    }
    this.show(image(address));
    this.remove.hidden = false;
    this.say(word('channel.picture.saved'));
  }

  async drop() {
    const answer = await ask('DELETE');
    if (!answer?.ok) return this.say(word('channel.picture.failed'), true);
    const letter = document.createElement('span');
    letter.textContent = this.shown.dataset.letter;
    letter.ariaHidden = 'true';
    this.show(letter);
    this.choose.focus();
    this.remove.hidden = true;
    this.say(word('channel.picture.removed'));
  }

  get shown() { return this.place.querySelector('[data-picture-shown]'); }

  show(element) {
    const before = this.shown;
    element.className = 'channel-picture';
    element.dataset.pictureShown = '';
    element.dataset.letter = before.dataset.letter;
    before.replaceWith(element);
  }

  say(text, isFault = false) {
    this.status.classList.toggle('field-error', isFault);
    this.status.textContent = text;
  }
}

function image(address) {
  const image = document.createElement('img');
  image.src = address;
  image.alt = word('channel.picture.alt');
  return image;
}

/** @returns {Promise<Response | null>}   null when no answer comes */
function ask(method, body) {
  return fetch(ADDRESS, { method, body, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
}
