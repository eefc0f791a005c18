// Animated pictures without a camera: the test picture, with the time in words and as a bar code,
// and the one that stands in when a camera or a screen has gone. Drawn at a steady pace into a
// canvas. In Chromium each picture goes straight into a track; elsewhere the browser captures the
// canvas.

import { word } from '../common/words.js';
import { clockArea, drawClock } from './clock-code.js';
import { FRAME_RATE } from './quality.js';
import { startTicker } from './ticker.js';

const COLOURS = ['#f2efe9', '#f0c84b', '#45c4c0', '#58b368', '#b565b5', '#d9534a', '#3f6fd1'];
const FONT = 'system-ui, sans-serif';

export class DrawnPicture {
  #canvas = document.createElement('canvas');
  #context;
  #backdrop;
  #draw;
  #ticker;
  /** @type {WritableStreamDefaultWriter | null} */
  #writer = null;
  /** @type {MediaStreamTrack} */
  track;

  /**
   * @param {'test' | 'standby'} kind
   * @param {{width: number, height: number}} size in pixels
   */
  constructor(kind, { width, height }) {
    this.#canvas.width = width;
    this.#canvas.height = height;
    // It is read back for every frame, which is expensive on a graphics card.
    this.#context = this.#canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    this.#backdrop = drawBackdrop(width, height);
    this.#draw = kind === 'test' ? drawTestPicture : drawStandby;
    this.#paint();
    this.track = this.#openTrack();
    this.#ticker = startTicker(1000 / FRAME_RATE, () => this.#paint());
  }

  close() {
    this.#ticker.stop();
    this.#writer?.close().catch(() => {});
    this.track.stop();
  }

  #openTrack() {
    if (!('MediaStreamTrackGenerator' in globalThis)) {
      return this.#canvas.captureStream(FRAME_RATE).getVideoTracks()[0];
    }
    // Unlike captureStream, this goes on in a hidden tab.
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    this.#writer = generator.writable.getWriter();
    return generator;
  }

  #paint() {
    const { width, height } = this.#canvas;
    this.#context.drawImage(this.#backdrop, 0, 0);
    this.#draw(this.#context, width, height, Date.now());
    // The reader of the pictures may be slower than we are.
    if (!this.#writer || this.#writer.desiredSize <= 0) return;
    const frame = new VideoFrame(this.#canvas, { timestamp: performance.now() * 1000 });
    this.#writer.write(frame).catch(() => frame.close());
  }
}

/** The parts that do not move. */
function drawBackdrop(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { alpha: false });
  const gradient = context.createLinearGradient(0, 0, width, height);
  gradient.addColorStop(0, '#10202b');
  gradient.addColorStop(1, '#274156');
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  return canvas;
}

function drawTestPicture(context, width, height, nowMs) {
  const clock = clockArea(width, height);
  const centreY = clock.y * 0.42;
  drawDial(context, width / 2, centreY, height * 0.27, nowMs);
  drawText(context, timeOfDay(nowMs), width / 2, centreY, height * 0.085);
  drawText(context, word('picture.test'), width / 2, clock.y * 0.83, height * 0.045, 0.75);
  drawColours(context, width, clock.y, height * 0.035);
  drawClock(context, nowMs, clock.x, clock.y, clock.width, clock.height);
}

function timeOfDay(nowMs) {
  const now = new Date(nowMs);
  return [now.getHours(), now.getMinutes(), now.getSeconds()]
    .map((number) => String(number).padStart(2, '0')).join(':');
}

function drawStandby(context, width, height, nowMs) {
  drawText(context, word('picture.standby'), width / 2, height * 0.45, height * 0.1);
  const lit = Math.floor(nowMs / 600) % 3;
  for (const dot of [0, 1, 2]) {
    context.fillStyle = dot === lit ? '#45c4c0' : 'rgb(255 255 255 / 0.25)';
    context.beginPath();
    const x = width / 2 + (dot - 1) * height * 0.06;
    context.arc(x, height * 0.6, height * 0.014, 0, 2 * Math.PI);
    context.fill();
  }
}

/** A ring that the seconds fill, and a point that runs around it once a second. */
function drawDial(context, x, y, radius, nowMs) {
  const top = -Math.PI / 2;
  const minute = ((nowMs % 60_000) / 60_000) * 2 * Math.PI;
  const second = ((nowMs % 1000) / 1000) * 2 * Math.PI + top;
  context.lineWidth = radius * 0.09;
  strokeArc(context, x, y, radius, 0, 2 * Math.PI, 'rgb(255 255 255 / 0.14)');
  strokeArc(context, x, y, radius, top, top + minute, '#45c4c0');
  context.fillStyle = '#f2efe9';
  context.beginPath();
  context.arc(
    x + radius * Math.cos(second), y + radius * Math.sin(second), radius * 0.09, 0, 2 * Math.PI);
  context.fill();
}

function strokeArc(context, x, y, radius, from, to, colour) {
  context.strokeStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, from, to);
  context.stroke();
}

function drawText(context, text, x, y, size, opacity = 1) {
  context.font = `600 ${Math.round(size)}px ${FONT}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = `rgb(255 255 255 / ${opacity})`;
  context.fillText(text, x, y);
}

function drawColours(context, width, bottom, height) {
  const step = width / COLOURS.length;
  COLOURS.forEach((colour, index) => {
    context.fillStyle = colour;
    context.fillRect(Math.round(index * step), bottom - height, Math.ceil(step), height);
  });
}
