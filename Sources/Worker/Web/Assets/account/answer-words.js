// What to say when a form got no answer of the server: none at all, or one of a proxy, a gateway, the
// sign-in page of a network.

import { word } from '../common/words.js';

const GATEWAY_STATUSES = new Set([502, 503, 504]);
/** A network wants its visitors to sign in first (RFC 6585, section 6). */
const SIGN_IN_STATUS = 511;

/** When the server itself says no, but in no page. */
export function wordsForRefusal() {
  return { title: word('unanswered.busy.title'), text: word('unanswered.busy.text') };
}

/**
 * @param {number} status of the answer; 0 when there was none
 * @returns {{title: string, text: string}}
 */
export function wordsForLostAnswer(status) {
  if (status === 0) {
    return {
      title: word('unanswered.none.title'),
      text: word('unanswered.none.text'),
    };
  }
  if (GATEWAY_STATUSES.has(status)) {
    return {
      title: word('stranger.unreached.title'),
      text: word('unanswered.unreached.text', { status: String(status) }),
    };
  }
  if (status < 400 || status === SIGN_IN_STATUS) {
    return {
      title: word('stranger.answers.title'),
      text: word('unanswered.stranger.text', { status: String(status) }),
    };
  }
  return {
    title: word('unanswered.refused.title'),
    text: word('unanswered.refused.text', { status: String(status) }),
  };
}
