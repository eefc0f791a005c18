// What to say when a form got no answer of the server: none at all, or one of a proxy, a gateway, the
// sign-in page of a network. Pure.

const GATEWAY_STATUSES = new Set([502, 503, 504]);
/** A network wants its visitors to sign in first (RFC 6585, section 6). */
const SIGN_IN_STATUS = 511;
const ALL_HERE = 'What you have typed is still here.';

/** When the server itself says no, but in no page. */
export const WORDS_FOR_REFUSAL = {
  title: 'The server cannot take this now',
  text: `It is busy, or too much comes from your network. ${ALL_HERE} Try again in a moment.`,
};

/**
 * @param {number} status of the answer; 0 when there was none
 * @returns {{title: string, text: string}}
 */
export function wordsForLostAnswer(status) {
  if (status === 0) {
    return {
      title: 'The server does not answer',
      text: `Nobody knows whether it has got what you sent. ${ALL_HERE} Try again in a moment.`,
    };
  }
  if (GATEWAY_STATUSES.has(status)) {
    return {
      title: 'Something on the way does not reach the server',
      text: `A proxy between this browser and the server answers in its place (${status}). `
        + `${ALL_HERE} Try again in a moment.`,
    };
  }
  if (status < 400 || status === SIGN_IN_STATUS) {
    return {
      title: 'Something on the way answers for the server',
      text: `It is not the server itself (${status}). If this network has a page to sign in at, open `
        + `that first. ${ALL_HERE}`,
    };
  }
  return {
    title: 'Something on the way refuses what you send',
    text: `It is not the server itself (${status}). ${ALL_HERE} If it goes on, tell those who run `
      + 'this site.',
  };
}
