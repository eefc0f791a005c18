// What to say when camera, microphone or screen cannot be opened, or when this browser cannot
// broadcast at all.

import { word } from '../common/words.js';
import { recordableCodecs } from './codec-choice.js';
import { error, warning } from './failure-words.js';
import { whatRecords } from './other-browsers.js';

/** @typedef {import('./failure-words.js').Words} Words */

const INSTEAD = { camera: ['use-screen', 'use-test'], screen: ['use-camera', 'use-test'] };

/**
 * @param {DOMException} problem what the browser said
 * @param {'camera' | 'screen' | 'test'} source
 * @returns {Words}
 */
export function wordsForPicture(problem, source) {
  return source === 'screen' ? wordsForScreen(problem) : wordsForCamera(problem);
}

function wordsForCamera({ name, message }) {
  const actions = ['retry', ...INSTEAD.camera];
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return error(
        word('camera.blocked.title'),
        word('camera.blocked.text'), actions);
    case 'NotFoundError':
    case 'OverconstrainedError':
      return error(
        word('camera.missing.title'), word('camera.missing.text'), actions);
    case 'NotReadableError':
    case 'AbortError':
      return error(
        word('camera.in-use.title'),
        word('camera.in-use.text'), actions);
    default:
      return error(
        word('camera.failed.title'), word('browser.says', { message: message || name }), actions);
  }
}

function wordsForScreen({ name, message }) {
  const actions = ['retry', ...INSTEAD.screen];
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return warning(
        word('screen.nothing.title'),
        word('screen.nothing.text'), actions);
    case 'NotFoundError':
    case 'NotReadableError':
      return error(
        word('screen.hidden.title'),
        word('screen.hidden.text'), actions);
    case 'TypeError':
      return error(
        word('screen.impossible.title'),
        word('screen.impossible.text'), INSTEAD.screen);
    default:
      return error(
        word('screen.failed.title'), word('browser.says', { message: message || name }), actions);
  }
}

/**
 * The picture is there, the microphone is not.
 * @param {DOMException} problem
 * @returns {Words}
 */
export function wordsForMicrophone({ name }) {
  return warning(
    word('microphone.off.title'), word('microphone.off.text', { why: whyNoMicrophone(name) }),
    ['retry']);
}

function whyNoMicrophone(name) {
  switch (name) {
    case 'NotAllowedError': return word('microphone.blocked');
    case 'NotFoundError': return word('microphone.missing');
    case 'OverconstrainedError': return word('microphone.unplugged');
    case 'NotReadableError': return word('microphone.in-use');
    default: return word('microphone.failed');
  }
}

/**
 * Whether this browser can broadcast at all; if not, what would.
 * @returns {Words | null}
 */
export function wordsForBrowser() {
  if (!isSecureContext) {
    return error(word('browser.insecure.title'), word('browser.insecure.text'), []);
  }
  if (!globalThis.MediaRecorder || recordableCodecs(MediaRecorder.isTypeSupported).length === 0) {
    return error(
      word('browser.no-webm.title'),
      word('browser.no-webm.text', { others: whatRecords(navigator.userAgent) }), []);
  }
  return null;
}
