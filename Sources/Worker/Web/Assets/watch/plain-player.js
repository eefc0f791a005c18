// The other way to play: the address of the stream in the video element, and the browser does the
// rest. For browsers without MediaSource, and for types that they play only like this. It cannot
// seek: every other position is another request.
//
// Looks like LiveSource to the one who uses it.

import { hasPicture, hasSound } from './codecs.js';

/**
 * What there should be at once. Chromium looks at 40 pictures of H.264 before it shows the first, to
 * find out how many there are a second: here are as many, of 25 a second. Asked for less, it would
 * wait for the rest, and show the same picture later.
 */
export const PLAIN_LEAD_IN_S = 1.6;

/** So long into it, sound that is decoded has left traces. */
const SOUND_AFTER_S = 3;

export class PlainPlayer {
  canSeek = false;
  /** The time in the element at which a response begins. */
  originS = 0;
  /** The element does not tell what the tracks bring. */
  tracks = null;
  mimeType;
  /** The element reads by itself and does not tell when; it finds broken connections itself too. */
  lastBytesAtMs = Infinity;
  /** Something has to be shown within this time. */
  patienceMs = 6_000;

  #video;
  #url;
  #handlers;
  #isLoaded = false;
  #listeners = new AbortController();

  /**
   * @param {object} given
   * @param {HTMLVideoElement} given.video
   * @param {string} given.url
   * @param {string} given.mimeType
   * @param {() => void} given.onMedia
   * @param {(cause: 'complete' | 'broken' | 'undecodable' | 'unplayable') => void} given.onEnd
   */
  constructor({ video, url, mimeType, onMedia, onEnd }) {
    this.mimeType = mimeType;
    this.#video = video;
    this.#url = url;
    this.#handlers = { onMedia, onEnd };
  }

  begin() {
    const { signal } = this.#listeners;
    const { onMedia, onEnd } = this.#handlers;
    this.#video.addEventListener('loadeddata', () => { this.#isLoaded = true; }, { signal });
    for (const event of ['loadeddata', 'progress', 'timeupdate']) {
      this.#video.addEventListener(event, onMedia, { signal });
    }
    this.#video.addEventListener('ended', () => onEnd('complete'), { signal });
    this.#video.addEventListener('error', () => onEnd(causeOf(this.#video.error)), { signal });
    this.#video.src = this.#url;
  }

  /** What the element leaves out, because it does not know the codec: 'video', 'audio' or null. */
  get lacks() {
    if (!this.#isLoaded) return null;
    const { videoWidth, currentTime, mozHasAudio, webkitAudioDecodedByteCount } = this.#video;
    if (hasPicture(this.mimeType) && videoWidth === 0) return 'video';
    const isMute = mozHasAudio === false || webkitAudioDecodedByteCount === 0;
    return hasSound(this.mimeType) && currentTime > SOUND_AFTER_S && isMute ? 'audio' : null;
  }

  isAtEdge() { return false; }

  close() { this.#listeners.abort(); }
}

/** What became of a source that the element reads by itself. */
export function causeOf(error) {
  switch (error?.code) {
    case MediaError.MEDIA_ERR_DECODE: return 'undecodable';
    case MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED: return 'unplayable';
    default: return 'broken';
  }
}
