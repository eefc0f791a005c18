// How far ahead of the viewer a source reads: one who has paused needs no more than this, and the
// server goes on without us.

const MOST_AHEAD_S = 60;
const HELD_BACK_LOOK_MS = 250;
/** After the reading was held back, the end of the buffer is not yet the live edge. */
const CATCH_UP_MS = 2_000;

export class ReadAhead {
  #video;
  #originS;
  #heldBackAtMs = -Infinity;

  /**
   * @param {HTMLVideoElement} video
   * @param {number} originS   where the time line begins in the element
   */
  constructor(video, originS) {
    this.#video = video;
    this.#originS = originS;
  }

  /** Whether the end of the buffer is the live edge. */
  isAtEdge(nowMs) { return nowMs - this.#heldBackAtMs > CATCH_UP_MS; }

  /**
   * Until there is room for more.
   * @param {import('./media-buffer.js').MediaBuffer[]} media
   * @param {() => boolean} isClosed
   */
  async room(media, isClosed) {
    while (!isClosed() && this.#aheadS(media) > MOST_AHEAD_S) {
      this.#heldBackAtMs = performance.now();
      await new Promise((resolve) => { setTimeout(resolve, HELD_BACK_LOOK_MS); });
    }
  }

  #aheadS(media) {
    const ends = media.map(({ ranges }) => (
      ranges.length > 0 ? ranges.end(ranges.length - 1) : 0));
    return Math.max(0, ...ends) - Math.max(this.#originS, this.#video.currentTime);
  }
}
