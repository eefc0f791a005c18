'use strict';

// Reads the counter that the fake camera films; camera.py describes the bars.

const COUNTER_BITS = 12;
const CAMERA_WIDTH = 320;
const CAMERA_BAR_WIDTH = 21;

/// The number in the picture that `video` shows now, or null if there is none to be read.
/// Throws if the browser does not allow this page to read the media.
function readCounter(video) {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) { return null; }
  const canvas = document.createElement('canvas');
  canvas.width = CAMERA_WIDTH;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  // One row from the middle: all rows are alike.
  context.drawImage(video, 0, video.videoHeight / 2, video.videoWidth, 1, 0, 0, CAMERA_WIDTH, 1);
  const { data } = context.getImageData(0, 0, CAMERA_WIDTH, 1);
  const light = (bar) => data[4 * Math.round((bar + 0.5) * CAMERA_BAR_WIDTH) + 1];
  const white = light(0);
  const black = light(1);
  if (white - black < 100) { return null; }
  const isWhite = (bar) => light(bar) > (white + black) / 2;
  let number = 0;
  let ones = 0;
  for (let bit = 0; bit < COUNTER_BITS; bit += 1) {
    const one = isWhite(2 + bit) ? 1 : 0;
    number = number * 2 + one;
    ones += one;
  }
  return isWhite(2 + COUNTER_BITS) === (ones % 2 === 1) ? number : null;
}
