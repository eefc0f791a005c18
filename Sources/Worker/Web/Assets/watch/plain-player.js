// The other way to play: the address of the stream in the video element, and the browser does the
// rest. For browsers without MediaSource, and for types that they play only like this. It cannot
// seek: every other position is another request.
//
// Looks like LiveSource to the one who uses it.

export class PlainPlayer {
  canSeek = false;
  mimeType;
  /** The element reads by itself and does not tell when; it finds broken connections itself too. */
  lastBytesAtMs = Infinity;

  #video;
  #url;
  #handlers;
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
    this.#video.addEventListener('loadeddata', () => {
      // The sound alone of a video that the browser does not know.
      if (!this.mimeType.startsWith('audio/') && this.#video.videoWidth === 0) onEnd('unplayable');
    }, { signal });
    for (const event of ['loadeddata', 'progress', 'timeupdate']) {
      this.#video.addEventListener(event, onMedia, { signal });
    }
    this.#video.addEventListener('ended', () => onEnd('complete'), { signal });
    this.#video.addEventListener('error', () => onEnd(causeOf(this.#video.error)), { signal });
    this.#video.src = this.#url;
  }

  isAtEdge() { return false; }

  close() { this.#listeners.abort(); }
}

function causeOf(error) {
  switch (error?.code) {
    case MediaError.MEDIA_ERR_DECODE: return 'undecodable';
    case MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED: return 'unplayable';
    default: return 'broken';
  }
}
