// Where picture and sound come from: camera and microphone, a screen, a drawn picture. Errors are
// the browser's own; source-words.js has the words for them.

import { FRAME_RATE } from './quality.js';
import { isLargerThanSaid, ScaledTrack } from './scaled-track.js';
import { SteadyTrack } from './steady-track.js';
import { DrawnPicture } from './test-picture.js';

/** @typedef {'camera' | 'screen' | 'test' | 'standby'} PictureKind */
/** @typedef {{width: number, height: number}} PictureSize */

/** A picture, perhaps with sound, that may end by itself. */
export class Picture {
  /** Called once when it ends without our doing: unplugged, or sharing was stopped. */
  onEnded = () => {};
  #close;
  #wishedSize;
  #source;
  /** @type {ScaledTrack | null} once it was needed */
  #scaled = null;

  /**
   * @param {PictureKind} kind
   * @param {MediaStreamTrack} video
   * @param {PictureSize} size that was asked for
   * @param {MediaStreamTrack | null} sound that belongs to it (of a shared screen)
   * @param {() => void} close
   * @param {MediaStreamTrack} [source] what `video` is made from, if that is another one
   */
  constructor(kind, video, size, sound, close, source = video) {
    this.#source = source;
    this.kind = kind;
    this.video = video;
    this.sound = sound;
    this.#wishedSize = size;
    this.#close = close;
    video.onended = () => this.onEnded();
  }

  /** @returns {PictureSize} as it comes, if that is known */
  get size() {
    return sizeOfTrack(this.video) ?? this.#wishedSize;
  }

  /** Asks an open camera for another size; browsers mix up two openings of one camera. */
  async resize(size) {
    this.#wishedSize = size;
    await this.#source.applyConstraints(
      this.kind === 'screen' ? screenConstraints(size) : sizeConstraints(size));
  }

  /** What a recorder is given: a picture of the size that was asked for. */
  async recorded() {
    const isDrawn = this.kind === 'test' || this.kind === 'standby';
    if (this.#scaled === null && !isDrawn && await isLargerThanSaid(this.video)) {
      this.#scaled = new ScaledTrack(this.video);
    }
    return this.#scaled?.track ?? this.video;
  }

  /** The browser says that no picture comes from a camera for now. */
  get isMuted() { return this.kind === 'camera' && this.#source.muted; }

  /** How many pictures have come from a camera so far; null where the browser does not count. */
  get framesDelivered() {
    return this.kind === 'camera' ? this.#source.stats?.totalFrames ?? null : null;
  }

  close() {
    this.video.onended = null;
    this.#scaled?.stop();
    this.#close();
  }
}

/**
 * Opens camera and microphone together, so that the browser asks once. Without a usable microphone
 * the camera is opened alone.
 * @param {PictureSize} size
 * @param {string} cameraID '' for the browser's choice
 * @param {string | null} microphoneID 'default', a device, or null for none
 * @returns {Promise<{picture: Picture, microphone: MediaStreamTrack | null,
 *   soundError: Error | null}>}
 */
export async function openCamera(size, cameraID, microphoneID) {
  const video = cameraConstraints(size, cameraID);
  let stream;
  let soundError = null;
  try {
    const audio = microphoneID === null ? false : microphoneConstraints(microphoneID);
    stream = await navigator.mediaDevices.getUserMedia({ video, audio });
  } catch (error) {
    if (microphoneID === null) throw error;
    stream = await navigator.mediaDevices.getUserMedia({ video });
    soundError = error;
  }
  const track = stream.getVideoTracks()[0];
  const picture = new Picture('camera', track, size, null, () => track.stop());
  return { picture, microphone: stream.getAudioTracks()[0] ?? null, soundError };
}

/** @returns {Promise<MediaStreamTrack>} */
export async function openMicrophone(microphoneID) {
  const audio = microphoneConstraints(microphoneID);
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  return stream.getAudioTracks()[0];
}

/** @param {PictureSize} size @returns {Promise<Picture>} */
export async function openScreen(size) {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: screenConstraints(size),
    audio: true,
  });
  const track = stream.getVideoTracks()[0];
  const sound = stream.getAudioTracks()[0] ?? null;
  // Text that can be read matters more than motion.
  if ('contentHint' in track) track.contentHint = 'detail';
  const steady = new SteadyTrack(track);
  const picture = new Picture('screen', steady.track, sizeOfTrack(track) ?? size, sound, () => {
    track.onended = null;
    steady.stop();
    for (const each of stream.getTracks()) each.stop();
  }, track);
  track.onended = () => picture.onEnded();
  return picture;
}

/** @param {'test' | 'standby'} kind @param {PictureSize} size */
export function openDrawnPicture(kind, size) {
  const drawn = new DrawnPicture(kind, size);
  return new Picture(kind, drawn.track, size, null, () => drawn.close());
}

/** Whether the browser will open the camera without asking. */
export async function isCameraAllowed() {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state === 'granted';
  } catch {
    return false;
  }
}

/** @returns {PictureSize | null} */
function sizeOfTrack(track) {
  const { width, height } = track.getSettings();
  return width > 0 && height > 0 ? { width, height } : null;
}

function cameraConstraints(size, cameraID) {
  return { ...sizeConstraints(size), ...(cameraID ? { deviceId: { exact: cameraID } } : {}) };
}

function sizeConstraints({ width, height }) {
  return { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: FRAME_RATE } };
}

function screenConstraints({ width, height }) {
  return { width: { max: width }, height: { max: height }, frameRate: { max: FRAME_RATE } };
}

function microphoneConstraints(microphoneID) {
  return microphoneID === 'default' ? true : { deviceId: { exact: microphoneID } };
}
