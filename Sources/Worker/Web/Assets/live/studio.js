// The picture and the sound that are shown or broadcast now. Opens the sources that are wanted, and
// closes the replaced ones only when the new ones are there.

import { FlowWatch } from './flow-watch.js';
import { FRAME_RATE } from './quality.js';
import { bestRoute } from './repair-ladder.js';
import { SilentTrack, canBeSilent } from './silent-track.js';
import * as sources from './sources.js';
import { Sound } from './sound.js';

/**
 * @typedef {object} Wish
 * @property {'camera' | 'screen' | 'test' | 'standby'} source
 * @property {string} cameraID '' for any
 * @property {string} microphone 'none', 'default', 'tone' or a device
 * @property {import('./quality.js').Size} size
 *
 * @typedef {import('./repair-ladder.js').SoundRoute} SoundRoute
 */

export class Studio {
  /** @type {sources.Picture | null} */
  #picture = null;
  #pictureKey = '';
  /** The size that was chosen for it. */
  #sizeID = '';
  /** A camera that is open and gives no picture for now: the standby stands in for it.
   *  @type {{picture: sources.Picture, key: string} | null} */
  #covered = null;
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  #microphoneKey = 'none';
  #isMicrophoneOn = true;
  /** @type {Sound | null} */
  #sound = null;
  /** @type {SilentTrack | null} */
  #silence = null;
  #flow = new FlowWatch();
  /** Openings may overtake each other: the last request counts. */
  #opening = 0;
  /** Cameras are opened one after the other. */
  #cameraTurn = Promise.resolve();
  #onPictureEnded;
  #onMicrophoneEnded;

  /**
   * @param {object} handlers what happened without our doing
   * @param {(kind: sources.PictureKind) => void} handlers.onPictureEnded
   * @param {() => void} handlers.onMicrophoneEnded
   */
  constructor({ onPictureEnded, onMicrophoneEnded }) {
    this.#onPictureEnded = onPictureEnded;
    this.#onMicrophoneEnded = onMicrophoneEnded;
  }

  /**
   * Opens the wanted sources that are not open yet. Throws the browser's error when there is no
   * picture; then nothing has changed.
   * @param {Wish} wish
   * @returns {Promise<{isCurrent: boolean, soundError: Error | null}>} isCurrent: no later wish
   */
  async open(wish) {
    this.#opening += 1;
    const opening = this.#opening;
    if (wish.source !== 'camera') return this.#openNow(wish, opening);
    const opened = this.#cameraTurn.then(() => this.#openNow(wish, opening));
    this.#cameraTurn = opened.catch(() => {});
    return opened;
  }

  async #openNow(wish, opening) {
    if (opening !== this.#opening) return { isCurrent: false, soundError: null };
    const parts = await this.#openParts(wish);
    if (opening !== this.#opening) {
      parts.picture?.close();
      parts.microphone?.stop();
      return { isCurrent: false, soundError: null };
    }
    this.#adopt(parts, wish);
    return { isCurrent: true, soundError: parts.soundError };
  }

  /** The picture that stands in when there is no other. Sound stays as it is. */
  openStandby(size) {
    this.#opening += 1;
    this.#setPicture(this.#draw('standby', size), 'standby');
  }

  /** The same, as long as the camera gives nothing; it stays open. */
  cover(size) {
    const covered = { picture: this.#picture, key: this.#pictureKey };
    const standby = this.#draw('standby', size);
    this.#picture = null;
    this.#setPicture(standby, 'standby');
    this.#covered = covered;
  }

  /** The camera gives pictures again. */
  uncover() {
    const { picture, key } = this.#covered;
    this.#covered = null;
    this.#setPicture(picture, key);
  }

  close() {
    this.#opening += 1;
    this.#setPicture(null, '');
    this.#setMicrophone(null, 'none');
    this.#sound?.use([], false);
    this.#silence?.stop();
    this.#silence = null;
  }

  /** To be called a few times a second: looks whether picture and sound flow. */
  look(nowMs) {
    this.#flow.look(this.#covered?.picture ?? this.#picture, this.#sound, nowMs);
  }

  get hasPicture() { return this.#picture !== null; }
  get pictureKind() { return this.#picture?.kind ?? null; }
  /** Whether the standby stands in for a camera that is open. */
  get isCovered() { return this.#covered !== null; }
  get isPictureFlowing() { return this.#flow.isPictureFlowing; }
  /** Whether the browser lets the mix of all sounds go on. */
  get isSoundFlowing() { return this.#flow.isSoundFlowing; }
  /** How many pictures a second come in; null when that is not known. */
  get framesPerSecond() {
    const isDrawn = this.#picture?.kind === 'test' || this.#picture?.kind === 'standby';
    return isDrawn ? FRAME_RATE : this.#flow.framesPerSecond;
  }

  /** The picture alone, for the preview. */
  get preview() { return this.#picture ? new MediaStream([this.#picture.video]) : null; }

  /** How loud it is, 0 to 1; null when there is nothing to be heard. */
  get level() {
    return this.#isAudible ? this.#sound?.level ?? null : null;
  }

  /** Whether there is a microphone, or a tone in its place, to be switched on and off. */
  get hasMicrophone() { return this.#microphoneKey !== 'none'; }
  get isMicrophoneOn() { return this.#isMicrophoneOn; }

  /** Off, it stays open, and silence is recorded in its place. */
  set isMicrophoneOn(isOn) {
    this.#isMicrophoneOn = isOn;
    if (this.#microphone) this.#microphone.enabled = isOn;
    this.#mix();
  }

  /** One was unplugged, and may be there again. Throws the browser's error when it is not. */
  async reopenMicrophone(microphone) {
    const track = await sources.openMicrophone(microphone);
    if (this.hasMicrophone) return track.stop();
    this.#setMicrophone(track, microphone);
    return this.#mix();
  }

  /** @returns {Promise<boolean>} whether the mix of all sounds goes on */
  async resumeSound() { return await this.#sound?.ready() ?? false; }

  /** What is known about possible sources of sound. */
  get soundFacts() {
    return {
      isMixRunning: this.#sound?.isRunning ?? false,
      hasMicrophone: this.#ownSound !== null,
      canBeSilent,
    };
  }

  /**
   * What is to be recorded.
   * @param {boolean} wantsSound a track for sound even if nothing is to be heard now
   * @param {SoundRoute} wished where sound should come from, if it can
   * @returns {Promise<{stream: MediaStream, route: SoundRoute | null}>} route: null when there is
   *   no sound to be had
   */
  async recordable(wantsSound, wished) {
    const video = await this.#picture.recorded();
    if (!wantsSound && !this.#isAudible) return { stream: new MediaStream([video]), route: null };
    this.#sound ??= new Sound();
    // Sound that the browser holds back would hold back the recorder too.
    const isMixRunning = wished === 'mix' && await this.#sound.ready();
    const route = bestRoute(wished, { ...this.soundFacts, isMixRunning });
    const track = this.#trackOf(route);
    return { stream: new MediaStream(track ? [video, track] : [video]), route };
  }

  /** @param {SoundRoute} route */
  #trackOf(route) {
    switch (route) {
      case 'mix': return this.#sound.track;
      case 'microphone': return this.#ownSound;
      case 'silence':
        this.#silence ??= new SilentTrack();
        return this.#silence.track;
      default: return null;
    }
  }

  /** Sound that can be recorded without being mixed. */
  get #ownSound() { return this.#microphone ?? this.#picture?.sound ?? null; }

  get #isAudible() {
    return this.#microphoneKey !== 'none' || Boolean(this.#picture?.sound);
  }

  async #openParts(wish) {
    const { source, cameraID, size, microphone } = wish;
    const isDevice = microphone !== 'none' && microphone !== 'tone';
    const device = isDevice && microphone !== this.#microphoneKey ? microphone : null;
    const key = keyOf(wish);
    const isOpen = key === this.#pictureKey && this.#picture?.video.readyState === 'live';
    if (!isOpen && source === 'camera') {
      return { key, ...await sources.openCamera(size, cameraID, device) };
    }
    const parts = { key, picture: null, microphone: null, soundError: null };
    if (isOpen && source !== 'test') await this.#picture.resize(size);
    if (!isOpen && source === 'screen') parts.picture = await sources.openScreen(size);
    if (!isOpen && source === 'test') parts.picture = this.#draw('test', size);
    if (device === null) return parts;
    try {
      parts.microphone = await sources.openMicrophone(device);
    } catch (error) {
      parts.soundError = error;
    }
    return parts;
  }

  /** A drawn picture is as large as what it replaces, so that viewers need not begin anew. */
  #draw(kind, size) {
    const isSameChoice = this.#picture !== null && this.#sizeID === size.id;
    return sources.openDrawnPicture(kind, isSameChoice ? this.#picture.size : size);
  }

  #adopt(parts, wish) {
    this.#sizeID = wish.size.id;
    if (parts.picture) this.#setPicture(parts.picture, parts.key);
    if (wish.microphone !== this.#microphoneKey) {
      this.#setMicrophone(parts.microphone, parts.soundError ? 'none' : wish.microphone);
    }
    this.#mix();
  }

  /** All sounds that belong into the mix now. */
  #mix() {
    const tracks = [this.#microphone, this.#picture?.sound].filter(Boolean);
    const hasTone = this.#microphoneKey === 'tone' && this.#isMicrophoneOn;
    if (tracks.length > 0 || hasTone) this.#sound ??= new Sound();
    this.#sound?.use(tracks, hasTone);
  }

  #setPicture(picture, key) {
    const before = [this.#picture, this.#covered?.picture];
    this.#covered = null;
    this.#picture = picture;
    this.#pictureKey = key;
    if (picture) {
      picture.onEnded = () => {
        if (picture === this.#picture) this.#onPictureEnded(picture.kind);
        else if (picture === this.#covered?.picture) this.#coveredEnded(picture.kind);
      };
    }
    for (const each of before) each?.close();
  }

  #coveredEnded(kind) {
    this.#covered = null;
    this.#onPictureEnded(kind);
  }

  #setMicrophone(track, key) {
    if (this.#microphone) this.#microphone.onended = null;
    this.#microphone?.stop();
    this.#microphone = track;
    this.#microphoneKey = key;
    if (!track) return;
    track.enabled = this.#isMicrophoneOn;
    track.onended = () => {
      this.#setMicrophone(null, 'none');
      this.#onMicrophoneEnded();
    };
  }
}

/** Wishes with the same key need the same picture; what is filmed can change its size. */
function keyOf({ source, cameraID, size }) {
  switch (source) {
    case 'camera': return `camera ${cameraID}`;
    case 'screen': return 'screen';
    default: return `${source} ${size.id}`;
  }
}
