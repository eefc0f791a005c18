// Turns the choices in the form into options for the recorder.

import { chooseCodec, LIGHTEST_CODEC_ID, mimeTypeOf, recordableCodecs } from './codec-choice.js';
import { recall, remember } from './memory.js';
import { audioBitrateBps, FRAME_RATE } from './quality.js';
import { isKnownSlow, withSlow } from './slow-codecs.js';

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
    capabilities?.encodingInfo ? (query) => capabilities.encodingInfo(query) : null,
    (id) => isKnownSlow(slowCodecs(), id, size, Date.now()));
  return {
    mimeType: mimeTypeOf(codec, hasSound), codec, size, videoBps,
    audioBps: audioBitrateBps(videoBps),
  };
}

/** Whether this browser records the codec that costs least. */
export function hasLightestCodec() { return canRecord(LIGHTEST_CODEC_ID); }

/** Whether this browser records a codec. */
export function canRecord(codecID) {
  return recordableCodecs((type) => MediaRecorder.isTypeSupported(type))
    .some(({ id }) => id === codecID);
}

/**
 * This device does not keep up with that plan.
 * @param {import('./recorder.js').RecordingPlan} plan
 */
export function rememberSlow({ codec, size }) {
  remember({ slowCodecs: withSlow(slowCodecs(), codec.id, size, Date.now()) });
}

function slowCodecs() {
  const { slowCodecs: slow } = recall();
  return slow !== null && typeof slow === 'object' ? slow : {};
}
