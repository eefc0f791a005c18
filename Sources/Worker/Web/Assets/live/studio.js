// What is in front of the camera, so to speak: the picture and the sound that are shown or broadcast
// now. Opens what is asked for, and closes what it replaces only when the new one is there.

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
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  #microphoneKey = 'none';
  /** @type {Sound | null} */
  #sound = null;
  /** Openings may overtake each other: the last one asked for counts. */
  #opening = 0;
  #onPictureEnded;

  /** @param {(kind: sources.PictureKind) => void} onPictureEnded it ended without our doing */
  constructor(onPictureEnded) {
    this.#onPictureEnded = onPictureEnded;
  }

  /**
   * Opens what is wished for and not open yet. Throws the browser's error when there is no picture;
   * then everything is as it was.
   * @param {Wish} wish
   * @returns {Promise<{isCurrent: boolean, soundError: Error | null}>} isCurrent: no later wish came
   */
  async open(wish) {
    this.#opening += 1;
    const opening = this.#opening;
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
    this.#setPicture(sources.openDrawnPicture('standby', size), 'standby');
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
    const key = keyOf(wish);
    const wantsPicture = key !== this.#pictureKey || this.#picture?.video.readyState !== 'live';
    const device = wish.microphone === 'none' || wish.microphone === 'tone' ? null : wish.microphone;
    const wantsMicrophone = device !== null && wish.microphone !== this.#microphoneKey;
    const parts = { key, picture: null, microphone: null, soundError: null };
    if (wantsPicture && wish.source === 'camera') {
      return { key, ...await sources.openCamera(wish.size, wish.cameraID, wantsMicrophone ? device
        : null) };
    }
    if (wantsPicture) {
      parts.picture = wish.source === 'screen'
        ? await sources.openScreen(wish.size) : sources.openDrawnPicture('test', wish.size);
    }
    if (wantsMicrophone) {
      try {
        parts.microphone = await sources.openMicrophone(device);
      } catch (error) {
        parts.soundError = error;
      }
    }
    return parts;
  }

  #adopt(parts, wish) {
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
    this.#microphone?.stop();
    this.#microphone = track;
    this.#microphoneKey = key;
    if (track) track.onended = () => this.#setMicrophone(null, 'none');
  }
}

/** Wishes with the same key need the same picture. */
function keyOf({ source, cameraID, size }) {
  return source === 'camera' ? `camera ${cameraID} ${size.id}` : `${source} ${size.id}`;
}
