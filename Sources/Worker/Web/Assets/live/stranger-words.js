// What to say when another server answers in this server's place: a proxy, a gateway, the sign-in
// page of a network.

import { word } from '../common/words.js';

const GATEWAY_STATUSES = new Set([502, 503, 504]);
/** A network wants its visitors to sign in first (RFC 6585, section 6). */
const SIGN_IN_STATUS = 511;

/**
 * @param {number} status of its answer
 * @returns {{title: string, text: string}}
 */
export function wordsForStranger(status) {
  if (GATEWAY_STATUSES.has(status)) {
    return {
      title: word('stranger.unreached.title'),
      text: word('stranger.unreached.text', { status: String(status) }),
    };
  }
  if (status === 413) {
    return {
      title: word('stranger.large.title'),
      text: word('stranger.large.text'),
    };
  }
  if (status < 400 || status === SIGN_IN_STATUS) {
    return {
      title: word('stranger.answers.title'),
      text: word('stranger.answers.text', { status: String(status) }),
    };
  }
  return {
    title: word('stranger.refuses.title'),
    text: word('stranger.refuses.text', { status: String(status) }),
  };
}
