// A silent track of sound, made without the browser's sound system, so that it flows when that does
// not. Only where the browser lets a page make sound by hand (Chromium).

import { startTicker } from './ticker.js';

const SAMPLE_RATE = 48_000;
/** As many as the mix has, so that viewers need not begin anew. */
const CHANNELS = 2;
const PIECE_MS = 60;
/** Samples that a late timer has left out are made up for, up to this. */
const PIECES_AT_ONCE_MAX = 20;

export const canBeSilent = 'MediaStreamTrackGenerator' in globalThis && 'AudioData' in globalThis;

export class SilentTrack {
  /** @type {MediaStreamTrack} */
  track = new MediaStreamTrackGenerator({ kind: 'audio' });
  #writer = this.track.writable.getWriter();
  #madeUntilMs = performance.now();
  #ticker = startTicker(PIECE_MS, () => this.#make());

  stop() {
    this.#ticker.stop();
    this.#writer.close().catch(() => {});
    this.track.stop();
  }

  #make() {
    const nowMs = performance.now();
    this.#madeUntilMs = Math.max(this.#madeUntilMs, nowMs - PIECES_AT_ONCE_MAX * PIECE_MS);
    for (; this.#madeUntilMs <= nowMs; this.#madeUntilMs += PIECE_MS) {
      const numberOfFrames = (SAMPLE_RATE * PIECE_MS) / 1000;
      const piece = new AudioData({
        format: 'f32', sampleRate: SAMPLE_RATE, numberOfFrames, numberOfChannels: CHANNELS,
        timestamp: this.#madeUntilMs * 1000, data: new Float32Array(numberOfFrames * CHANNELS),
      });
      this.#writer.write(piece).catch(() => piece.close());
    }
  }
}
