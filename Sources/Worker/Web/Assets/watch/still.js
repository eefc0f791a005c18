// The last picture, kept on a canvas under the video while another source takes over, so that
// nothing flashes.

/** A picture that is blurred by scaling for half a second is better than a slow copy. */
const WIDEST_PIXELS = 1280;

export class Still {
  #canvas;
  #video;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLVideoElement} video
   */
  constructor(canvas, video) {
    this.#canvas = canvas;
    this.#video = video;
  }

  /** Copies what the video shows now. Keeps the older picture when it shows nothing. */
  hold() {
    const { videoWidth, videoHeight, readyState } = this.#video;
    if (videoWidth === 0 || readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const scale = Math.min(1, WIDEST_PIXELS / videoWidth);
    this.#canvas.width = Math.round(videoWidth * scale);
    this.#canvas.height = Math.round(videoHeight * scale);
    this.#canvas.getContext('2d').drawImage(
      this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
    this.#canvas.hidden = false;
  }

  /** Shows a picture from elsewhere. @param {HTMLCanvasElement} picture */
  put(picture) {
    this.#canvas.width = picture.width;
    this.#canvas.height = picture.height;
    this.#canvas.getContext('2d').drawImage(picture, 0, 0);
    this.#canvas.hidden = false;
  }

  get isShown() { return !this.#canvas.hidden; }

  clear() { this.#canvas.hidden = true; }
}
