// From what the form says to what the recorder is told.

import { chooseCodec, mimeTypeOf } from './codec-choice.js';
import { audioBitrateBps, FRAME_RATE } from './quality.js';

/**
 * @param {object} wish
 * @param {import('./quality.js').Size} wish.size
 * @param {string} wish.codecChoice 'auto' or a codec's id
 * @param {number} videoBps
 * @param {boolean} hasSound
 * @returns {Promise<import('./recorder.js').RecordingPlan>}
 */
export async function planRecording({ size, codecChoice }, videoBps, hasSound) {
  const video = {
    width: size.width, height: size.height, bitrateBps: videoBps, frameRate: FRAME_RATE,
  };
  const capabilities = navigator.mediaCapabilities;
  const { codec } = await chooseCodec(
    { choice: codecChoice, video },
    (type) => MediaRecorder.isTypeSupported(type),
    capabilities?.encodingInfo ? (query) => capabilities.encodingInfo(query) : null);
  return {
    mimeType: mimeTypeOf(codec, hasSound), videoBps, audioBps: audioBitrateBps(videoBps),
  };
}
