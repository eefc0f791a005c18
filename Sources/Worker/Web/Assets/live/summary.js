// What a broadcast was, when it is over.

import { formatBitrate, formatBytes, formatDuration, formatSeconds } from '../common/format.js';
import { word } from '../common/words.js';

const find = (id) => document.getElementById(id);

/** The last picture, while there is one. @param {HTMLVideoElement} video */
export function keepLastPicture(video) {
  const canvas = find('summary-picture');
  canvas.hidden = video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0;
  if (canvas.hidden) return;
  Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d').drawImage(video, 0, 0);
}

/**
 * @param {object} figures
 * @param {number} figures.elapsedMs
 * @param {number} figures.sentBytes
 * @param {number} figures.peakViewers
 * @param {number} figures.missedMs
 */
export function showSummary({ elapsedMs, sentBytes, peakViewers, missedMs }) {
  find('summary-duration').textContent = formatDuration(elapsedMs);
  find('summary-peak').textContent = word('count.viewers', { count: peakViewers });
  find('summary-sent').textContent = formatBytes(sentBytes);
  find('summary-bitrate').textContent = formatBitrate(sentBytes * 8_000 / Math.max(elapsedMs, 1));
  find('summary-missed').hidden = missedMs === 0;
  find('summary-missed-time').textContent = formatSeconds(missedMs);
}
