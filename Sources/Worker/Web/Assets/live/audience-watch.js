// What the server says about our broadcast while it is live: who watches, whether it is still
// there, and whether it is held back.

import { subscribe } from '../common/events.js';
import { wordsForStream } from './audience-words.js';

export class AudienceWatch {
  /** @type {number | null} null until the server has told */
  viewers = null;
  peakViewers = 0;
  /** For how long the server has held our broadcast back, in all. */
  heldBackMs = 0;
  /** On what it can be watched. */
  words = '';
  #subscription;

  /**
   * @param {string} name
   * @param {object} handlers
   * @param {() => void} handlers.onGone the stream has ended, or is not known
   * @param {() => void} handlers.onBack the server can be reached (again)
   */
  constructor(name, { onGone, onBack }) {
    this.#subscription = subscribe({
      stream: name,
      onStream: (stream) => {
        this.viewers = stream.viewers;
        this.peakViewers = Math.max(this.peakViewers, stream.viewers, stream.peakViewers ?? 0);
        this.words = wordsForStream(stream);
        this.heldBackMs = Number(stream.heldBackMs) || 0;
        if (stream.state === 'ended') onGone();
      },
      onGone,
      onConnection: (isConnected) => { if (isConnected) onBack(); },
    });
  }

  close() { this.#subscription.close(); }
}
