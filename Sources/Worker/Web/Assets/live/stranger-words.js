// What to say when another server answers in this server's place: a proxy, a gateway, the sign-in
// page of a network. Pure.

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
      title: 'Something on the way does not reach the server',
      text: `A proxy between this browser and the server answers in its place (${status}).`,
    };
  }
  if (status === 413) {
    return {
      title: 'Something on the way refuses large requests',
      text: 'Something between this browser and the server refuses what is sent, even in small '
        + 'pieces (413). Ask the owner of that proxy to allow larger bodies.',
    };
  }
  if (status < 400 || status === SIGN_IN_STATUS) {
    return {
      title: 'Something on the way answers for the server',
      text: `It takes no broadcast (${status}). If this network has a page to sign in at, open `
        + 'that first.',
    };
  }
  return {
    title: 'Something on the way refuses the broadcast',
    text: `Something between this browser and the server refuses what is sent (${status}). It is `
      + 'not the server itself.',
  };
}
