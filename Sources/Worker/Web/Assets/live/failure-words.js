// What to say when something went wrong: what happened, and what to do.

import { word } from '../common/words.js';

/**
 * @typedef {'take-over' | 'retry' | 'change-name' | 'sign-in' | 'reload' | 'use-camera'
 *   | 'use-screen' | 'use-test' | 'without-words'} ActionName  what the page can do about it
 * @typedef {{tone: 'info' | 'warning' | 'error', title: string, text: string,
 *   actions: ActionName[]}} Words
 */

/**
 * Why a broadcast did not start, or ended.
 * @param {import('./broadcast.js').EndReason} reason
 * @param {string} name of the broadcast
 * @param {import('./publish-answer.js').Answer | null} answer
 * @param {boolean} isNameFixed it is the name of the account, so another one cannot be chosen
 * @returns {Words}
 */
export function wordsForEnd(reason, name, answer, isNameFixed) {
  const words = wordsForReason(reason, name, answer, isNameFixed);
  if (!isNameFixed) return words;
  return { ...words, actions: words.actions.filter((action) => action !== 'change-name') };
}

function wordsForReason(reason, name, answer, isNameFixed) {
  switch (reason) {
    case 'already-live':
      if (isNameFixed) {
        return warning(
          word('end.live-already.title'),
          word('end.live-already.text'),
          ['take-over']);
      }
      return warning(
        word('end.someone.title', { name }),
        word('end.someone.text'), ['take-over', 'change-name']);
    case 'not-yours':
      return error(
        word('end.not-yours.title'),
        word('end.not-yours.text', { name }),
        ['change-name', 'retry']);
    case 'taken-over':
      return warning(
        word('end.taken-over.title'),
        word('end.taken-over.text'), ['take-over']);
    case 'ended-elsewhere':
      return warning(
        word('end.elsewhere.title'),
        word('end.elsewhere.text'), ['retry']);
    case 'signed-out':
      return warning(
        word('end.signed-out.title'),
        word('end.signed-out.text'),
        ['sign-in']);
    case 'other-account':
      return warning(
        word('end.other-account.title', { name }),
        word('end.other-account.text'), ['reload']);
    case 'account-disabled':
      return error(
        word('end.disabled.title'),
        word('end.disabled.text'), ['retry']);
    case 'no-space':
      return error(
        word('end.no-space.title'),
        word('end.no-space.text'), ['retry']);
    case 'server-full':
      return error(
        word('end.full.title'),
        word('end.full.text'), ['retry']);
    default:
      return wordsForFault(reason, answer);
  }
}

function wordsForFault(reason, answer) {
  switch (reason) {
    case 'bad-media':
      return error(
        word('end.bad-media.title'),
        word('end.bad-media.text'), ['retry']);
    case 'recorder-failed':
      return error(
        word('end.recorder-failed.title'),
        word('end.recorder-failed.text'), ['retry']);
    case 'recorder-silent':
      return error(
        word('end.silent.title'),
        word('end.silent.text'), ['retry', 'use-test']);
    default:
      return error(
        word('end.refused.title'), wordsForRefusal(answer), ['retry', 'change-name']);
  }
}

function wordsForRefusal(answer) {
  if (!answer) return word('end.refused.says-nothing');
  const status = String(answer.status);
  return answer.title
    ? word('end.refused.says', { title: answer.title, status })
    : word('end.refused.says-status', { status });
}

/**
 * The picture ended in the middle of a broadcast.
 * @param {import('./sources.js').PictureKind} kind
 * @returns {Words}
 */
export function wordsForLostPicture(kind) {
  const what = kind === 'screen' ? word('lost.screen') : word('lost.camera');
  return warning(
    what, word('lost.picture.text'),
    kind === 'screen'
      ? ['use-screen', 'use-camera', 'use-test'] : ['use-camera', 'use-screen', 'use-test']);
}

/** A camera that is open gives no picture. @returns {Words} */
export function wordsForStillPicture() {
  return warning(
    word('lost.still.title'),
    word('lost.still.text'), ['use-screen', 'use-test']);
}

/**
 * The codec was changed, because this device was too slow for the one before.
 * @param {import('./recorder.js').RecordingPlan} plan that was too slow
 * @returns {Words}
 */
export function wordsForSlowCodec({ codec, size }) {
  return {
    tone: 'info',
    title: word('slow-codec.title', { codec: codec.label }),
    text: word('slow-codec.text', { size: size.id }),
    actions: [],
  };
}

export function wordsForLostMicrophone() {
  return warning(
    word('lost.microphone.title'),
    word('lost.microphone.text'),
    ['retry']);
}

function begunAnewBecause(reason) {
  switch (reason) {
    case 'silent': return word('anew.silent');
    case 'gone': return word('anew.gone');
    case 'server': return word('anew.server');
    default: return word('anew.unknown');
  }
}

/**
 * The broadcast was over at the server, which was not intended, and it goes on by itself.
 * @param {string} reason see docs/http-api.md
 * @returns {Words}
 */
export function wordsForBegunAnew(reason) {
  return {
    tone: 'info',
    title: word('anew.title'),
    text: word('anew.text', { why: begunAnewBecause(reason) }),
    actions: [],
  };
}

/** Something on the way does not let larger requests through. @returns {Words} */
export function wordsForSmallerParcels(bytes) {
  return {
    tone: 'info',
    title: word('stranger.large.title'),
    text: word('smaller.text', { kib: String(Math.round(bytes / 1024)) }),
    actions: [],
  };
}

/** Media was dropped, because it could not be sent for too long. */
export function wordsForMissed(missedMs) {
  return warning(
    word('missed.title'),
    word('missed.text', { seconds: String(Math.round(missedMs / 1000)) }),
    []);
}

/** @returns {Words} */
export function warning(title, text, actions) {
  return { tone: 'warning', title, text, actions };
}

/** @returns {Words} */
export function error(title, text, actions) {
  return { tone: 'error', title, text, actions };
}
