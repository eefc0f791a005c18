// What the page says in each of its states. Pure.

import { describeCodec, describePlayers, describeType } from './codecs.js';
import { nameOf } from './via.js';

/**
 * @typedef {object} Words
 * @property {string} title     empty when there is nothing to say
 * @property {string} text
 * @property {string} badge
 * @property {string} tone      of the badge: 'live', 'paused', 'offline' or ''
 * @property {string} document  for the window's title
 */

const CALM = { title: '', text: '' };

/**
 * @param {object} situation
 * @param {import('./player-state.js').PlayerState} situation.state
 * @param {string | null} situation.trouble
 * @param {string} situation.name
 * @param {string} situation.mimeType
 * @param {import('./via.js').Via | null} [situation.via]   what the page's address asks for
 * @param {boolean} [situation.isJoinable]   whether the server has something to begin with
 * @param {(codec: string) => boolean} canPlay   whether this browser knows a codec string
 * @returns {Words}
 */
export function wordsFor(situation, canPlay) {
  const { state, trouble, name, mimeType, via = null, isJoinable = true } = situation;
  switch (state) {
    case 'playing': return { ...CALM, ...live(name) };
    case 'rewound': return { ...CALM, ...live(name) };
    case 'paused-by-viewer': return { ...CALM, ...live(name), document: `${name} · paused` };
    case 'interrupted': return interrupted(name);
    case 'offline': return offline(name);
    case 'ended': return ended(name);
    case 'unplayable': return unplayable(name, trouble, mimeType, via, canPlay);
    default: return waiting(name, state, isJoinable ? trouble : 'no-beginning');
  }
}

function live(name) {
  return { badge: 'Live', tone: 'live', document: `${name} is live` };
}

function interrupted(name) {
  return {
    title: 'The broadcast is interrupted',
    text: 'Stay here: it goes on by itself as soon as they are back.',
    badge: 'Interrupted', tone: 'paused', document: `${name} · interrupted`,
  };
}

function offline(name) {
  return {
    title: `${name} is not live right now`,
    text: 'Leave this page open: it starts by itself.',
    badge: 'Offline', tone: 'offline', document: `${name} · offline`,
  };
}

function ended(name) {
  return {
    title: 'The broadcast has ended',
    text: `If ${name} goes live again, it starts here by itself.`,
    badge: 'Ended', tone: 'offline', document: `${name} · ended`,
  };
}

function unplayable(name, trouble, mimeType, via, canPlay) {
  const said = { badge: 'Live', tone: 'live', document: `${name} · cannot play` };
  if (trouble === 'damaged') {
    return {
      ...said,
      title: 'The picture cannot be decoded',
      text: 'Something in this broadcast is broken. Trying again may help.',
    };
  }
  if (via !== null) {
    return {
      ...said,
      title: 'This browser cannot play it this way',
      text: `It is ${describeType(mimeType)}. The address of this page allows ${nameOf(via)} only; `
        + `without “via=${via}” it may play.`,
    };
  }
  return {
    ...said,
    title: 'This browser cannot play this broadcast',
    text: `It is ${describeType(mimeType)}. ${describePlayers(mimeType, canPlay)}`,
  };
}

function waiting(name, state, trouble) {
  const said = { badge: 'Connecting', tone: '', document: name };
  if (trouble === 'busy') {
    return {
      ...said,
      title: 'Very many people are watching',
      text: 'There is no place free at the moment. This page tries again by itself.',
    };
  }
  if (trouble === 'stranger') {
    return {
      ...said,
      title: 'Something on the way answers for the server',
      text: 'It sends no picture. If this network has a page to sign in at, open that first.',
    };
  }
  if (trouble === 'unreached') {
    return {
      ...said,
      title: 'Something on the way does not reach the server',
      text: 'A proxy between this browser and the server answers in its place. This page tries '
        + 'again by itself.',
    };
  }
  if (trouble === 'refused') {
    return {
      ...said,
      title: 'Something on the way refuses the broadcast',
      text: 'It is between this browser and the server, and not the server itself. This page '
        + 'tries again by itself.',
    };
  }
  if (trouble === 'early') {
    return {
      ...said,
      title: 'The broadcast is just beginning',
      text: 'The picture will be here in some seconds. This page waits for it.',
    };
  }
  if (trouble === 'no-beginning') {
    return {
      ...said,
      title: 'Waiting for a picture',
      text: 'The picture begins with the next key frame.',
    };
  }
  if (trouble === 'still') {
    return {
      ...said,
      title: 'No picture now',
      text: 'Something comes, but nothing of it can be shown. Trying to get it going again.',
    };
  }
  if (state === 'connecting' && trouble === null) {
    return { ...said, title: 'Connecting', text: 'The picture comes in a moment.' };
  }
  return {
    ...said,
    title: 'The connection is gone',
    text: 'Trying to get it back. You need not do anything.',
  };
}

/**
 * What is not there although the rest plays; empty when all of it does.
 * @param {object} situation
 * @param {{kind: 'video' | 'audio', isForNow: boolean, isDamaged?: boolean} | null} situation.lack
 * @param {boolean} situation.isBlind   pictures come, and none is shown
 * @param {string} situation.mimeType
 */
export function noteFor({ lack, isBlind, mimeType }) {
  if (!lack) return isBlind ? 'No picture now. Trying to get it back.' : '';
  const isVideo = lack.kind === 'video';
  if (lack.isForNow) {
    return isVideo
      ? 'No picture now. The sound goes on.' : 'No sound now. The picture goes on.';
  }
  if (lack.isDamaged) {
    return isVideo
      ? 'The picture cannot be decoded. The sound goes on.'
      : 'The sound cannot be decoded. The picture goes on.';
  }
  const what = isVideo ? 'picture' : 'sound';
  return `No ${what} in this browser. ${describeCodec(mimeType, lack.kind)}`;
}
