// The source buffer of a player as a place one can put bytes into, one after the other: waits until
// they have been taken, throws old media away, and makes room when the browser says it is full.

/** What stays in hand for rewinding without asking the server. */
const KEEP_BEHIND_S = 60;
const LEAST_KEPT_BEHIND_S = 5;
/** Removing costs the browser some work, so not with each append. */
const EVICT_EVERY_S = 10;
const FULL_RETRY_MS = 500;

export class MediaBuffer {
  #buffer;
  #video;
  #keptBehindS = KEEP_BEHIND_S;

  /**
   * @param {SourceBuffer} buffer
   * @param {HTMLVideoElement} video   whose position says what is old
   */
  constructor(buffer, video) {
    this.#buffer = buffer;
    this.#video = video;
  }

  /** The media in hand; empty when there is none. */
  get ranges() { return this.#buffer.buffered; }

  /** Resolves when the bytes are in; rejects when the browser cannot make sense of them. */
  async append(bytes) {
    if (bytes.length === 0) return;
    while (!this.#tryAppend(bytes)) await this.#makeRoom();
    await this.#settled();
    await this.#evict(EVICT_EVERY_S);
  }

  #tryAppend(bytes) {
    try {
      this.#buffer.appendBuffer(bytes);
      return true;
    } catch (error) {
      if (error.name === 'QuotaExceededError') return false;
      throw error;
    }
  }

  async #makeRoom() {
    this.#keptBehindS = Math.max(LEAST_KEPT_BEHIND_S, this.#keptBehindS / 2);
    const hasRemoved = await this.#evict(0);
    // All there is lies ahead: it has to be played first.
    if (!hasRemoved) await new Promise((resolve) => { setTimeout(resolve, FULL_RETRY_MS); });
  }

  /** Removes what is too old, if that is more than `slackS`; tells whether anything was. */
  async #evict(slackS) {
    const ranges = this.ranges;
    const untilS = this.#video.currentTime - this.#keptBehindS;
    if (ranges.length === 0 || untilS - ranges.start(0) <= slackS) return false;
    this.#buffer.remove(ranges.start(0), untilS);
    await this.#settled();
    return true;
  }

  /** Until the browser has done what it was asked. Stays pending when the source was closed. */
  #settled() {
    return new Promise((resolve, reject) => {
      const listeners = new AbortController();
      const settle = (how) => () => { listeners.abort(); how(); };
      const { signal } = listeners;
      this.#buffer.addEventListener('updateend', settle(resolve), { signal });
      // Comes before updateend.
      this.#buffer.addEventListener(
        'error', settle(() => reject(new Error('not decodable'))), { signal });
    });
  }
}
