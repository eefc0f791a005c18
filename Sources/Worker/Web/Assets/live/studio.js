// What is in front of the camera, so to speak: the picture and the sound that are shown or
// broadcast now. Opens what is asked for, and closes what it replaces only when the new one is
// there.

import * as sources from './sources.js';
import { Sound } from './sound.js';

/**
 * @typedef {object} Wish
 * @property {'camera' | 'screen' | 'test' | 'standby'} source
 * @property {string} cameraID '' for any
 * @property {string} microphone 'none', 'default', 'tone' or a device
 * @property {import('./quality.js').Size} size
 */

export class Studio {
  /** @type {sources.Picture | null} */
  #picture = null;
  #pictureKey = '';
  /** The size that was chosen for it. */
  #sizeID = '';
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  #microphoneKey = 'none';
  /** @type {Sound | null} */
  #sound = null;
  /** Openings may overtake each other: the last one asked for counts. */
  #opening = 0;
  /** Cameras are opened one after the other. */
  #cameraTurn = Promise.resolve();
  #onPictureEnded;
  #onMicrophoneEnded;

  /**
   * @param {object} handlers what ended without our doing
   * @param {(kind: sources.PictureKind) => void} handlers.onPictureEnded
   * @param {() => void} handlers.onMicrophoneEnded
   */
  constructor({ onPictureEnded, onMicrophoneEnded }) {
    this.#onPictureEnded = onPictureEnded;
    this.#onMicrophoneEnded = onMicrophoneEnded;
  }

  /**
   * Opens what is wished for and not open yet. Throws the browser's error when there is no picture;
   * then everything is as it was.
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

  close() {
    this.#opening += 1;
    this.#picture?.close();
    this.#picture = null;
    this.#pictureKey = '';
    this.#setMicrophone(null, 'none');
    this.#sound?.use([], false);
  }

  get hasPicture() { return this.#picture !== null; }
  get pictureKind() { return this.#picture?.kind ?? null; }

  /** The picture alone, for the preview. */
  get preview() { return this.#picture ? new MediaStream([this.#picture.video]) : null; }

  /** How loud it is, 0 to 1; null when there is nothing to be heard. */
  get level() {
    return this.#isAudible ? this.#sound?.level ?? null : null;
  }

  /**
   * What is to be recorded.
   * @param {boolean} wantsSound a track for sound even if nothing is to be heard now
   * @returns {Promise<{stream: MediaStream, hasSound: boolean}>}
   */
  async recordable(wantsSound) {
    const tracks = [this.#picture.video];
    if (wantsSound || this.#isAudible) {
      this.#sound ??= new Sound();
      // Sound that the browser holds back would hold back the recorder too.
      const track = await this.#sound.ready() ? this.#sound.track : this.#microphone;
      if (track) tracks.push(track);
    }
    return { stream: new MediaStream(tracks), hasSound: tracks.length > 1 };
  }

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
    if (isOpen && source === 'camera') await this.#picture.resize(size);
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
    const tracks = [this.#microphone, this.#picture?.sound].filter(Boolean);
    const hasTone = this.#microphoneKey === 'tone';
    if (tracks.length > 0 || hasTone) this.#sound ??= new Sound();
    this.#sound?.use(tracks, hasTone);
  }

  #setPicture(picture, key) {
    const before = this.#picture;
    this.#picture = picture;
    this.#pictureKey = key;
    picture.onEnded = () => {
      if (picture === this.#picture) this.#onPictureEnded(picture.kind);
    };
    before?.close();
  }

  #setMicrophone(track, key) {
    if (this.#microphone) this.#microphone.onended = null;
    this.#microphone?.stop();
    this.#microphone = track;
    this.#microphoneKey = key;
    if (!track) return;
    track.onended = () => {
      this.#setMicrophone(null, 'none');
      this.#onMicrophoneEnded();
    };
  }
}

/** Wishes with the same key need the same picture; a camera can change its size. */
function keyOf({ source, cameraID, size }) {
  return source === 'camera' ? `camera ${cameraID}` : `${source} ${size.id}`;
}
