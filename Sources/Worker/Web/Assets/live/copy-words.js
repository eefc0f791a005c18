// What to say of the copy that is saved on this device.

import { formatBytes } from '../common/format.js';
import { word } from '../common/words.js';
import { warning } from './failure-words.js';

const FAULTS = {
  denied: () => word('copies.fault.denied'),
  full: () => word('copies.fault.full'),
  lost: () => word('copies.fault.lost'),
  bound: () => word('copies.fault.bound'),
  slow: () => word('copies.fault.slow'),
  failed: () => word('copies.fault.failed'),
};

/** While it is on. @param {import('./broadcast-copy.js').BroadcastCopy | null} copy */
export function wordsForCopy(copy) {
  if (copy === null) return '';
  if (copy.fault !== null) return FAULTS[copy.fault]();
  return word('copies.saving', { size: formatBytes(copy.bytes) });
}

/** When it comes to nothing, or to no more. @param {import('./broadcast-copy.js').CopyFault} fault */
export function wordsForCopyFault(fault) {
  return warning(word('copies.fault.title'), FAULTS[fault](), []);
}
