// Sends the server a small picture of the broadcast now and then, for cards and previews. It is of no
// importance: whatever goes wrong with it, the next one is tried when its time has come.

import { StillPlan, smallEnough, stillSize } from './still-plan.js';

const PATIENCE_MS = 10_000;

export class StillSender {
  #plan = new StillPlan();
  #canvas = document.createElement('canvas');
  #video;
  #isSending = false;

  /** @param {HTMLVideoElement} video shows what is recorded */
  constructor(video) { this.#video = video; }

  /**
   * To be called a few times a second.
   * @param {string | null} name of the broadcast; null: not on air
   * @param {boolean} isHealthy the upload keeps up
   */
  look(name, isHealthy) {
    const isShown = !document.hidden
      && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    const situation = { isOnAir: name !== null, isHealthy, isShown };
    if (this.#plan.isDue(situation, performance.now())) this.#send(name);
  }

  async #send(name) {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      const body = await this.#draw();
      if (body) {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const headers = { 'content-type': 'image/jpeg' };
        await fetch(`/${name}/still`, { method: 'PUT', headers, body, signal });
      }
    } catch {
      // The network, or a picture that may not be read.
    } finally {
      this.#isSending = false;
    }
  }

  async #draw() {
    const size = stillSize(this.#video.videoWidth, this.#video.videoHeight);
    if (size === null) return null;
    Object.assign(this.#canvas, size);
    this.#canvas.getContext('2d').drawImage(this.#video, 0, 0, size.width, size.height);
    return smallEnough((quality) => new Promise((resolve) => {
      this.#canvas.toBlob(resolve, 'image/jpeg', quality);
    }));
  }
}
