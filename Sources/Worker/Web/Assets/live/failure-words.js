// What to say when something went wrong: what happened, and what to do. Pure.

/**
 * @typedef {'take-over' | 'retry' | 'change-name' | 'sign-in' | 'reload' | 'use-camera'
 *   | 'use-screen' | 'use-test'} ActionName  what the page can do about it
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
          'You are live already',
          'In another tab, on another device, or from an encoder. Take over: your viewers stay.',
          ['take-over']);
      }
      return warning(
        `Someone is live as ${name}`,
        'If that is you, in another tab or on another device, take over: your viewers stay. '
          + 'Otherwise choose another name.',
        ['take-over', 'change-name']);
    case 'not-yours':
      return error(
        'That broadcast is somebody else’s',
        `It cannot be taken over from here. The name ${name} is free again when it has ended.`,
        ['change-name', 'retry']);
    case 'taken-over':
      return warning(
        'Your broadcast goes on elsewhere',
        'Another tab or device has taken it over. Viewers see that one now.', ['take-over']);
    case 'ended-elsewhere':
      return warning(
        'Your broadcast was ended',
        'Somebody pressed Stop: you in another tab, or an operator of this server.', ['retry']);
    case 'signed-out':
      return warning(
        'You are signed out',
        'Your session has ended, here or from another device. Sign in, and you can go live again.',
        ['sign-in']);
    case 'other-account':
      return warning(
        `You are not signed in as ${name} any more`,
        'Somebody has signed in with another account, in another tab perhaps. Reload this page to '
          + 'broadcast with that one.',
        ['reload']);
    case 'account-disabled':
      return error(
        'This account is disabled',
        'The operator of this server has closed it for now. Ask there.', ['retry']);
    case 'no-space':
      return error(
        'The server has no room left',
        'There is no space on its disk for another broadcast. Try again later, or tell its '
          + 'operator.',
        ['retry']);
    case 'server-full':
      return error(
        'The server is full',
        'As many broadcasts are live as it takes. Try again in a minute.', ['retry']);
    default:
      return wordsForFault(reason, answer);
  }
}

function wordsForFault(reason, answer) {
  switch (reason) {
    case 'bad-media':
      return error(
        'The server cannot read the recording',
        'Starting it anew did not help. Choose another codec under Advanced, or use another '
          + 'browser.',
        ['retry']);
    case 'recorder-failed':
      return error(
        'The browser stopped recording',
        'That can happen when the picture is too large for this device. Choose a smaller one, or '
          + 'another codec under Advanced.',
        ['retry']);
    case 'recorder-silent':
      return error(
        'Nothing was recorded',
        'Neither picture nor sound came. Check that camera and microphone are switched on, or '
          + 'choose another picture.',
        ['retry', 'use-test']);
    default:
      return error(
        'The server refused the broadcast',
        `It says: ${answer?.title || 'nothing more'}${answer ? ` (${answer.status})` : ''}.`,
        ['retry', 'change-name']);
  }
}

/**
 * The picture ended in the middle of a broadcast.
 * @param {import('./sources.js').PictureKind} kind
 * @returns {Words}
 */
export function wordsForLostPicture(kind) {
  const what = kind === 'screen' ? 'Sharing has ended' : 'The camera is gone';
  return warning(
    what, 'You are still live. Viewers see “One moment” until you choose another picture.',
    kind === 'screen'
      ? ['use-screen', 'use-camera', 'use-test'] : ['use-camera', 'use-screen', 'use-test']);
}

/** A camera that is open gives no picture. @returns {Words} */
export function wordsForStillPicture() {
  return warning(
    'No picture comes from the camera',
    'It is covered, switched off, or another program has it. You are still live: viewers hear you '
      + 'and see “One moment”, until the picture is back by itself.',
    ['use-screen', 'use-test']);
}

/**
 * The codec was changed, because this device was too slow for the one before.
 * @param {import('./recorder.js').RecordingPlan} plan that was too slow
 * @returns {Words}
 */
export function wordsForSlowCodec({ codec, size }) {
  return {
    tone: 'info',
    title: `${codec.label} is too slow on this device`,
    text: `Pictures of ${size.id} came late, so another codec is used from now on, and next time.`,
    actions: [],
  };
}

export function wordsForLostMicrophone() {
  return warning(
    'The microphone is gone',
    'Viewers hear nothing from it. Connect it again and it is used again, or choose another one.',
    ['retry']);
}

const BEGUN_ANEW_BECAUSE = {
  silent: 'Nothing came from this browser for a while, as when a computer sleeps, so the server '
    + 'had ended it.',
  gone: 'This browser could not reach the server for a while, so the server had ended it.',
  server: 'The server had ended it for a reason of its own, a restart perhaps.',
};

/**
 * The broadcast was over at the server, which was not intended, and it goes on by itself.
 * @param {string} reason see docs/http-api.md
 * @returns {Words}
 */
export function wordsForBegunAnew(reason) {
  const why = BEGUN_ANEW_BECAUSE[reason] ?? 'The server did not have it any more.';
  return {
    tone: 'info',
    title: 'Your broadcast has begun anew',
    text: `${why} Viewers who wait see you again by themselves.`,
    actions: [],
  };
}

/** Something on the way does not let larger requests through. @returns {Words} */
export function wordsForSmallerParcels(bytes) {
  return {
    tone: 'info',
    title: 'Something on the way refuses large requests',
    text: 'A proxy between this browser and the server is set so. Your broadcast goes out in '
      + `pieces of at most ${Math.round(bytes / 1024)} KiB now.`,
    actions: [],
  };
}

/** Media was dropped, because it could not be sent for too long. */
export function wordsForMissed(missedMs) {
  return warning(
    'Viewers missed something',
    `About ${Math.round(missedMs / 1000)} s were not sent, because they had waited for too long.`,
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
