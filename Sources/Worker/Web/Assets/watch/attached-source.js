// A MediaSource in the video element, from when it is shown there to when it is let go of.

import { MediaBuffer } from './media-buffer.js';
import { MediaSourceClass } from './media-source.js';

/**
 * Where the time line of the element begins. Not at 0: there Chromium shows the first key frame
 * before it goes where it was told to begin, which may be a second of media later.
 */
export const ORIGIN_S = 60;

export class AttachedSource {
  #video;
  #source = new MediaSourceClass();
  #address = URL.createObjectURL(this.#source);

  /** @param {HTMLVideoElement} video */
  constructor(video) { this.#video = video; }

  /** Shows itself in the element. Resolves when buffers can be added. */
  attach() {
    const opened = new Promise((resolve) => {
      this.#source.addEventListener('sourceopen', resolve, { once: true });
    });
    // Managed sources want a promise that nothing is sent to another device.
    this.#video.disableRemotePlayback = true;
    this.#video.src = this.#address;
    return opened;
  }

  /**
   * Throws when the browser does not take that type.
   * @param {string} mimeType
   * @param {number} offsetS   of the media's time line in the element
   */
  addBuffer(mimeType, offsetS) {
    const buffer = this.#source.addSourceBuffer(mimeType);
    buffer.timestampOffset = offsetS;
    return new MediaBuffer(buffer, this.#video);
  }

  /** Nothing more will come. */
  end() { if (this.#source.readyState === 'open') this.#source.endOfStream(); }

  /** What is in hand stays playable until the element gets another source. */
  release() { URL.revokeObjectURL(this.#address); }
}
