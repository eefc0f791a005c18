// What to say when camera, microphone or screen cannot be opened, or when this browser cannot
// broadcast at all. Pure except for looking at the browser's features.

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
        'The camera is blocked',
        'Allow this page to use it: press the symbol beside the address, then try again. Or show '
          + 'something else.',
        actions);
    case 'NotFoundError':
    case 'OverconstrainedError':
      return error(
        'There is no camera', 'Connect one and try again, or show something else.', actions);
    case 'NotReadableError':
    case 'AbortError':
      return error(
        'The camera is in use',
        'Another program has it, or it is switched off. Close that program, then try again.',
        actions);
    default:
      return error('The camera did not start', `The browser says: ${message || name}.`, actions);
  }
}

function wordsForScreen({ name, message }) {
  const actions = ['retry', ...INSTEAD.screen];
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return warning(
        'Nothing is shared',
        'You closed the choice, or the system does not let this browser record the screen.',
        actions);
    case 'NotFoundError':
    case 'NotReadableError':
      return error(
        'The screen cannot be recorded',
        'The system does not let this browser see it. Look for “screen recording” in its privacy '
          + 'settings, or show something else.',
        actions);
    case 'TypeError':
      return error(
        'This browser cannot share a screen',
        'On phones none can. Show something else, or use a computer.', INSTEAD.screen);
    default:
      return error('Sharing did not start', `The browser says: ${message || name}.`, actions);
  }
}

/**
 * The picture is there, the microphone is not.
 * @param {DOMException} problem
 * @returns {Words}
 */
export function wordsForMicrophone({ name }) {
  const reasons = {
    NotAllowedError: 'This page may not use it. Press the symbol beside the address to allow it.',
    NotFoundError: 'None is connected.',
    OverconstrainedError: 'The one you chose is not connected any more.',
    NotReadableError: 'Another program has it.',
  };
  return warning(
    'The microphone is off',
    `${reasons[name] ?? 'It did not start.'} Without it, viewers hear nothing.`, ['retry']);
}

/**
 * Whether this browser can broadcast at all; if not, what would.
 * @returns {Words | null}
 */
export function wordsForBrowser() {
  if (!isSecureContext) {
    return error(
      'This page needs a secure address',
      'Browsers give camera and microphone to https:// addresses only. Open this page with '
        + 'https://.',
      []);
  }
  if (!globalThis.MediaRecorder || recordableCodecs(MediaRecorder.isTypeSupported).length === 0) {
    return error(
      'This browser cannot record WebM',
      `${whatRecords(navigator.userAgent)} From any computer you can also send with ffmpeg: the `
        + 'first page shows how.',
      []);
  }
  return null;
}
