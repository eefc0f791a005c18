// The form: name, picture, sound, quality. Keeps its parts consistent, says what is wrong with a
// name while it is typed, and remembers the choices.

import { word } from '../common/words.js';
import { recordableCodecs } from './codec-choice.js';
import { listDevices, watchDevices } from './devices.js';
import { recall, remember } from './memory.js';
import { sizeOf } from './quality.js';
import { checkName } from '../common/stream-name.js';

const find = (id) => document.getElementById(id);

export class SetupForm {
  #form = find('setup');
  #name = find('name');
  #nameNote = find('name-note');
  #camera = find('camera');
  #microphone = find('microphone');
  #resolution = find('resolution');
  #bitrate = find('bitrate');
  #codec = find('codec');
  #hasLeftName = false;

  /**
   * @param {object} handlers
   * @param {() => void} handlers.onSubmit go live, or apply what was changed
   * @param {() => void} handlers.onChange picture, sound or quality was chosen anew
   */
  constructor({ onSubmit, onChange }) {
    this.#restore();
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      onSubmit();
    };
    this.#form.onchange = (event) => {
      if (event.target === this.#name) return;
      this.#keepConsistent();
      onChange();
    };
    this.#name.oninput = () => this.#showName();
    this.#name.onblur = () => {
      this.#hasLeftName = true;
      this.#showName();
    };
    watchDevices(() => this.refreshDevices());
    this.refreshDevices();
  }

  /** The name if it can be used; else null, and the form says why. */
  takeName() {
    this.#hasLeftName = true;
    this.#showName();
    const { name } = checkName(this.#name.value);
    if (name === null) this.#name.focus();
    return name;
  }

  focusName() {
    this.#name.focus();
    if (!this.isOwnName) this.#name.select();
  }

  /** @returns {import('./studio.js').Wish & {bitrateChoice: string, codecChoice: string}} */
  get wish() {
    return {
      source: this.#source.value,
      cameraID: this.#camera.value,
      microphone: this.#microphone.value,
      size: sizeOf(this.#resolution.value),
      bitrateChoice: this.#bitrate.value,
      codecChoice: this.#codec.value,
    };
  }

  set source(value) {
    this.#form.querySelector(`input[name=source][value=${value}]`).checked = true;
    this.#keepConsistent();
  }

  /** Any microphone, or its substitute. */
  chooseMicrophone() {
    this.#microphone.value = 'default';
    this.#keepConsistent();
  }

  set codecID(id) { this.#codec.value = id; }

  set sizeID(id) { this.#resolution.value = id; }

  set bitrateBps(bitrateBps) { this.#bitrate.value = String(bitrateBps); }

  /** It is the account's name. */
  get isOwnName() { return this.#name.readOnly; }

  set isNameFixed(isFixed) { this.#name.disabled = isFixed; }

  remember(name) {
    const { source, size, bitrateChoice, codecChoice } = this.wish;
    if (!this.isOwnName) remember({ name });
    remember({ source, resolution: size.id, bitrate: bitrateChoice, codec: codecChoice });
  }

  async refreshDevices() {
    const { cameras, microphones } = await listDevices();
    replaceDevices(this.#camera, cameras);
    replaceDevices(this.#microphone, microphones);
    find('camera-field').dataset.count = String(cameras.length);
    this.#keepConsistent();
  }

  get #source() { return this.#form.querySelector('input[name=source]:checked'); }

  #restore() {
    const asked = new URLSearchParams(location.search).get('name');
    const { name, source, resolution, bitrate, codec } = recall();
    if (!this.isOwnName) this.#name.value = asked ?? name ?? '';
    const codecs = recordableCodecs(
      (type) => globalThis.MediaRecorder?.isTypeSupported(type) ?? false);
    for (const option of this.#codec.querySelectorAll('option:not([value=auto])')) {
      if (!codecs.some(({ id }) => id === option.value)) option.remove();
    }
    if (['camera', 'screen', 'test'].includes(source)) this.source = source;
    choose(this.#resolution, resolution);
    choose(this.#bitrate, bitrate);
    choose(this.#codec, codec);
    this.#keepConsistent();
    this.#showName();
  }

  /** A test picture has a test tone; a list of one camera is no choice. */
  #keepConsistent() {
    const source = this.#source.value;
    const tone = this.#microphone.querySelector('[value=tone]');
    tone.hidden = source !== 'test';
    tone.disabled = source !== 'test';
    if (source === 'test' && this.#microphone.value === 'default') this.#microphone.value = 'tone';
    if (source !== 'test' && this.#microphone.value === 'tone') this.#microphone.value = 'default';
    find('camera-field').hidden = source !== 'camera' || !(find('camera-field').dataset.count > 1);
  }

  #showName() {
    const { name, complaint, isUnfinished } = checkName(this.#name.value);
    const complains = name === null && (!isUnfinished || this.#hasLeftName);
    this.#nameNote.className = complains ? 'field-error' : 'field-hint';
    this.#nameNote.textContent = complains
      ? complaint
      : word('setup.watch-page', { address: `${location.host}/${name ?? '…'}/watchLive` });
    this.#name.setAttribute('aria-invalid', String(complains));
  }
}

/** Sets a choice that may not be there (any more). */
function choose(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}

function replaceDevices(select, devices) {
  const chosen = select.value;
  for (const option of select.querySelectorAll('[data-device]')) option.remove();
  const options = devices.map(({ id, label }) => {
    const option = new Option(label, id);
    option.dataset.device = '';
    return option;
  });
  select.querySelector('option').after(...options);
  choose(select, chosen);
}
