// The curve of viewers.

import { lineOf } from '../common/graph-line.js';
import { word } from '../common/words.js';

const find = (id) => document.getElementById(id);
const SIZE = { width: 300, height: 44 };

/** @param {import('./audience-history.js').AudienceHistory} history */
export function showCurve(history, nowMs) {
  const { points, most } = history;
  const line = lineOf(points, history.spanMs(nowMs), nowMs, Math.max(most, 1), SIZE);
  find('curve-line').setAttribute('d', line);
  const startX = line.slice(1).split(' ', 1)[0];
  find('curve-area').setAttribute(
    'd', line && `${line}L${SIZE.width} ${SIZE.height}L${startX} ${SIZE.height}Z`);
  const label = word('air.curve', { most });
  if (find('curve').getAttribute('aria-label') !== label) find('curve').setAttribute('aria-label', label);
}
