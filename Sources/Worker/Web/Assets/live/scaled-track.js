// A picture as large as its track says. When asked for less than a camera gives, Chromium leaves
// the pixels as they are, and only tells the element that shows them to make them smaller. A
// recorder shows nothing, and encodes them all. So the picture is made smaller here if necessary.

const isPossible = 'MediaStreamTrackProcessor' in globalThis
  && 'MediaStreamTrackGenerator' in globalThis;
/** A source that gives nothing just now is recorded as it is. */
const LOOK_MS_MAX = 500;

/**
 * Whether a track's pictures have more pixels than it says.
 * @param {MediaStreamTrack} source
 */
export async function isLargerThanSaid(source) {
  if (!isPossible || source.readyState !== 'live') return false;
  const reader = new MediaStreamTrackProcessor({ track: source }).readable.getReader();
  const timer = setTimeout(() => reader.cancel().catch(() => {}), LOOK_MS_MAX);
  try {
    const { value: frame } = await reader.read();
    const isLarger = frame !== undefined && isLarge(frame);
    frame?.close();
    return isLarger;
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

export class ScaledTrack {
  track = new MediaStreamTrackGenerator({ kind: 'video' });
  #reader;
  /** @type {WritableStreamDefaultWriter | null} */
  #writer;
  #canvas = new OffscreenCanvas(2, 2);
  #context = this.#canvas.getContext('2d', { alpha: false });

  /** @param {MediaStreamTrack} source it stays its owner's, also for stopping it */
  constructor(source) {
    this.#reader = new MediaStreamTrackProcessor({ track: source }).readable.getReader();
    this.#writer = this.track.writable.getWriter();
    this.#pass();
  }

  stop() {
    this.#reader.cancel().catch(() => {});
    this.#writer?.close().catch(() => {});
    this.#writer = null;
    this.track.stop();
  }

  /** Until the source ends. What comes while the one before is still being taken is left out. */
  async #pass() {
    for (;;) {
      const { value: frame, done } = await this.#reader.read();
      if (done) return;
      if (this.#writer === null || this.#writer.desiredSize <= 0) {
        frame.close();
      } else {
        const scaled = isLarge(frame) ? this.#scaled(frame) : frame;
        this.#writer.write(scaled).catch(() => scaled.close());
      }
    }
  }

  /** Takes the frame. */
  #scaled(frame) {
    const { displayWidth, displayHeight, timestamp } = frame;
    if (this.#canvas.width !== displayWidth) this.#canvas.width = displayWidth;
    if (this.#canvas.height !== displayHeight) this.#canvas.height = displayHeight;
    this.#context.drawImage(frame, 0, 0, displayWidth, displayHeight);
    frame.close();
    return new VideoFrame(this.#canvas, { timestamp });
  }
}

function isLarge({ visibleRect, displayWidth, displayHeight }) {
  return visibleRect.width > displayWidth || visibleRect.height > displayHeight;
}
