// What the page says in each of its states.

import { word } from '../common/words.js';
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
    case 'paused-by-viewer':
      return { ...CALM, ...live(name), document: word('watch.document.paused', { name }) };
    case 'interrupted': return interrupted(name);
    case 'offline': return offline(name);
    case 'ended': return ended(name);
    case 'unplayable': return unplayable(name, trouble, mimeType, via, canPlay);
    default: return waiting(name, state, isJoinable ? trouble : 'no-beginning');
  }
}

function live(name) {
  return {
    badge: word('watch.badge.live'), tone: 'live', document: word('watch.document.live', { name }),
  };
}

function interrupted(name) {
  return {
    title: word('watch.interrupted.title'),
    text: word('watch.interrupted.text'),
    badge: word('watch.badge.interrupted'), tone: 'paused',
    document: word('watch.document.interrupted', { name }),
  };
}

function offline(name) {
  return {
    title: word('watch.offline.title', { name }),
    text: word('watch.offline.text'),
    badge: word('watch.badge.offline'), tone: 'offline',
    document: word('watch.document.offline', { name }),
  };
}

function ended(name) {
  return {
    title: word('watch.ended.title'),
    text: word('watch.ended.text', { name }),
    badge: word('watch.badge.ended'), tone: 'offline',
    document: word('watch.document.ended', { name }),
  };
}

function unplayable(name, trouble, mimeType, via, canPlay) {
  const said = {
    badge: word('watch.badge.live'), tone: 'live',
    document: word('watch.document.unplayable', { name }),
  };
  if (trouble === 'damaged') {
    return {
      ...said,
      title: word('watch.damaged.title'),
      text: word('watch.damaged.text'),
    };
  }
  if (via !== null) {
    return {
      ...said,
      title: word('watch.this-way.title'),
      text: word('watch.this-way.text', {
        type: describeType(mimeType), way: nameOf(via), parameter: `via=${via}`,
      }),
    };
  }
  return {
    ...said,
    title: word('watch.unplayable.title'),
    text: word('watch.unplayable.text', {
      type: describeType(mimeType), players: describePlayers(mimeType, canPlay),
    }),
  };
}

function waiting(name, state, trouble) {
  const said = { badge: word('watch.connecting'), tone: '', document: name };
  if (trouble === 'busy') {
    return {
      ...said,
      title: word('watch.busy.title'),
      text: word('watch.busy.text'),
    };
  }
  if (trouble === 'stranger') {
    return {
      ...said,
      title: word('stranger.answers.title'),
      text: word('watch.stranger.text'),
    };
  }
  if (trouble === 'unreached') {
    return {
      ...said,
      title: word('stranger.unreached.title'),
      text: word('watch.unreached.text'),
    };
  }
  if (trouble === 'refused') {
    return {
      ...said,
      title: word('stranger.refuses.title'),
      text: word('watch.refused.text'),
    };
  }
  if (trouble === 'early') {
    return {
      ...said,
      title: word('watch.early.title'),
      text: word('watch.early.text'),
    };
  }
  if (trouble === 'no-beginning') {
    return {
      ...said,
      title: word('watch.no-beginning.title'),
      text: word('watch.no-beginning.text'),
    };
  }
  if (trouble === 'still') {
    return {
      ...said,
      title: word('watch.still.title'),
      text: word('watch.still.text'),
    };
  }
  if (state === 'connecting' && trouble === null) {
    return { ...said, title: word('watch.connecting'), text: word('watch.connecting.text') };
  }
  return {
    ...said,
    title: word('watch.lost.title'),
    text: word('watch.lost.text'),
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
  if (!lack) return isBlind ? word('watch.note.blind') : '';
  const isVideo = lack.kind === 'video';
  if (lack.isForNow) {
    return isVideo
      ? word('watch.note.no-picture') : word('watch.note.no-sound');
  }
  if (lack.isDamaged) {
    return isVideo
      ? word('watch.note.damaged-picture') : word('watch.note.damaged-sound');
  }
  const codec = describeCodec(mimeType, lack.kind);
  return isVideo
    ? word('watch.note.picture-unknown', { codec }) : word('watch.note.sound-unknown', { codec });
}
