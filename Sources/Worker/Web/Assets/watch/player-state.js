// The one named state of the page. It is not stored and changed here and there: it follows from a
// few facts, so that no event can be missed and no two of them can meet in the wrong order.
//
// Pure.

/**
 * @typedef {'connecting' | 'playing' | 'rewound' | 'paused-by-viewer' | 'interrupted' | 'offline'
 *   | 'ended' | 'unplayable' | 'reconnecting'} PlayerState
 */

/**
 * @typedef {object} Facts
 * @property {'unknown' | 'live' | 'paused' | 'ended' | 'gone'} broadcast   what the server says
 * @property {boolean} hasMedia        a response is here, or what is left of one still plays
 * @property {boolean} isRefused       the server has no media under this name
 * @property {boolean} hasObstacle     this browser cannot play what there is
 * @property {boolean} hasPlayed       something has been on the screen since the page was opened
 * @property {boolean} isPaused        by the viewer
 * @property {boolean} isRewound       by the viewer
 * @property {boolean} isDry           there is nothing left to play right now
 * @property {boolean} isStuck         media comes, and nothing moves
 */

/** @type {Readonly<Facts>} */
export const FIRST_FACTS = Object.freeze({
  broadcast: 'unknown',
  hasMedia: false,
  isRefused: false,
  hasObstacle: false,
  hasPlayed: false,
  isPaused: false,
  isRewound: false,
  isDry: false,
  isStuck: false,
});

/**
 * @param {Facts} facts
 * @returns {PlayerState}
 */
export function stateOf(facts) {
  if (facts.hasObstacle) return 'unplayable';
  if (facts.hasMedia) return stateWithMedia(facts);
  if (facts.isRefused) {
    return facts.hasPlayed || facts.broadcast === 'ended' ? 'ended' : 'offline';
  }
  return facts.hasPlayed ? 'reconnecting' : 'connecting';
}

function stateWithMedia(facts) {
  if (facts.isPaused) return 'paused-by-viewer';
  if (facts.isDry && facts.broadcast === 'paused') return 'interrupted';
  if (facts.isDry && !mayBeThere(facts.broadcast)) return 'ended';
  if (!facts.hasPlayed) return 'connecting';
  if (facts.isStuck) return 'reconnecting';
  return facts.isRewound ? 'rewound' : 'playing';
}

/** Whether there is nothing to see, and nothing on its way. @param {PlayerState} state */
export function isNobodyLive(state) { return state === 'offline' || state === 'ended'; }

/** Whether asking for media again makes sense without being told that there is some. */
export function mayBeThere(broadcast) {
  return broadcast !== 'ended' && broadcast !== 'gone';
}
