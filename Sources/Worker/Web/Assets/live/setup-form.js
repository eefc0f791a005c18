// The form: name, picture, sound, quality. Keeps its parts consistent, says what is wrong with a
// name while it is typed, and remembers what was chosen on this device.

import { word } from '../common/words.js';
import { recordableCodecs } from './codec-choice.js';
import { listDevices, watchDevices } from './devices.js';
import { recall, remember } from './memory.js';
import { sizeOf } from './quality.js';
import { checkName } from '../common/stream-name.js';

/** What counts when a broadcast begins. */
const SWITCHES = ['countdown', 'copy'];

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
  /** What was chosen, here or the last time. It need not be plugged in. */
  #wanted = { camera: '', microphone: 'default' };
  /** From the first broadcast on, a device that comes back is not chosen by itself. */
  #hasBroadcast = false;
  /** Which devices there are is known. @type {Promise<boolean>} */
  ready;

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
    this.#form.onchange = ({ target }) => {
      if (target === this.#name) return;
      if (SWITCHES.includes(target.name)) {
        remember({ [target.name]: target.checked });
        return;
      }
      if (target.name in this.#wanted) this.#wanted[target.name] = target.value;
      this.#keepConsistent();
      this.#rememberChoices();
      onChange();
    };
    this.#name.oninput = () => this.#showName();
    this.#name.onblur = () => {
      this.#hasLeftName = true;
      this.#showName();
    };
    watchDevices(async () => {
      if (await this.refreshDevices() && !this.#name.disabled) onChange();
    });
    this.ready = this.refreshDevices();
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

  /** Whether to count down before it begins. */
  get wantsCountdown() { return this.#form.elements.countdown.checked; }

  /** Whether to save a copy on this device. */
  get wantsCopy() { return this.#form.elements.copy.checked; }

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

  /** A broadcast begins with what is chosen. */
  remember(name) {
    this.#hasBroadcast = true;
    if (!this.isOwnName) remember({ name });
    this.#rememberChoices();
  }

  #rememberChoices() {
    const { source, size, bitrateChoice, codecChoice } = this.wish;
    remember({
      source, resolution: size.id, bitrate: bitrateChoice, codec: codecChoice, ...this.#wanted,
    });
  }

  /**
   * Lists the devices that there are now. One that was chosen the last time is chosen again.
   * @returns {Promise<boolean>} whether that has changed what is chosen
   */
  async refreshDevices() {
    const { cameras, microphones } = await listDevices();
    const before = this.#chosenDevices;
    const wanted = this.#hasBroadcast ? {} : this.#wanted;
    replaceDevices(this.#camera, cameras, wanted.camera);
    replaceDevices(this.#microphone, microphones, wanted.microphone);
    find('camera-field').dataset.count = String(cameras.length);
    this.#keepConsistent();
    return before !== this.#chosenDevices;
  }

  get #chosenDevices() { return `${this.#camera.value} ${this.#microphone.value}`; }

  get #source() { return this.#form.querySelector('input[name=source]:checked'); }

  #restore() {
    const asked = new URLSearchParams(location.search).get('name');
    const remembered = recall();
    const { name, source, resolution, bitrate, codec, camera, microphone } = remembered;
    for (const each of SWITCHES) this.#form.elements[each].checked = remembered[each] === true;
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
    if (typeof camera === 'string') this.#wanted.camera = camera;
    if (typeof microphone === 'string') this.#wanted.microphone = microphone;
    choose(this.#microphone, microphone);
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

/** @param {string} [wanted] chosen if it is there; else what is chosen stays, if it is there */
function replaceDevices(select, devices, wanted) {
  const chosen = select.value;
  for (const option of select.querySelectorAll('[data-device]')) option.remove();
  const options = devices.map(({ id, label }) => {
    const option = new Option(label, id);
    option.dataset.device = '';
    return option;
  });
  select.querySelector('option').after(...options);
  choose(select, chosen);
  choose(select, wanted);
}
