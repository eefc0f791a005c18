// Which browsers to recommend: never the present one.

import { listText, word } from '../common/words.js';

const BROWSERS = [
  { name: 'Firefox', pattern: /Firefox\/|FxiOS\// },
  { name: 'Edge', pattern: /Edg(A|iOS)?\// },
  { name: 'Chrome', pattern: /Chrom(e|ium)\/|CriOS\// },
  { name: 'Safari', pattern: /Safari\// },
];
/** These record WebM in any version that people use. */
const RECORDERS = ['Chrome', 'Edge', 'Firefox'];

/**
 * What can broadcast, other than the browser that calls itself so.
 * @param {string} userAgent
 * @returns {string} a sentence or two
 */
export function whatRecords(userAgent) {
  // Most browsers also claim to be others, so the first that fits is the right one.
  const own = BROWSERS.find(({ pattern }) => pattern.test(userAgent))?.name ?? '';
  const others = RECORDERS.filter((name) => name !== own);
  const words = word('recorders.can', { count: others.length, browsers: listText(others) });
  return own === '' ? words : `${words} ${word('recorders.or-newer')}`;
}
