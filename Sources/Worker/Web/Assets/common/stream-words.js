// What a stream object of the API (docs/http-api.md) is called in words. Pure.
//
// The server renders the home page's cards with the same words (StreamCard.swift): change both
// together.

import { formatCount, formatSince } from './format.js';

const CODEC_NAMES = {
  vp8: 'VP8', vp9: 'VP9', av1: 'AV1', h264: 'H.264', hevc: 'H.265', vvc: 'H.266', theora: 'Theora',
  opus: 'Opus', vorbis: 'Vorbis', aac: 'AAC', flac: 'FLAC', mp3: 'MP3',
};

/** @param {string} codec as in the API: "vp9" -> "VP9" */
function codecName(codec) {
  return CODEC_NAMES[codec] ?? codec;
}

/** "1280 × 720", "VP9"; without a picture "Sound only", "Opus". @returns {string[]} */
export function pictureTags(stream) {
  const video = stream.tracks.find((track) => track.kind === 'video');
  if (!video) {
    return ['Sound only', ...stream.tracks.slice(0, 1).map(({ codec }) => codecName(codec))];
  }
  const size = video.width && video.height ? [`${video.width} × ${video.height}`] : [];
  return [...size, codecName(video.codec)];
}

/** What a badge says, and the class that gives it its colour. */
export function badgeOf(state) {
  switch (state) {
    case 'live': return { text: 'Live', className: 'badge badge-live' };
    case 'paused': return { text: 'Paused', className: 'badge badge-paused' };
    default: return { text: 'Ended', className: 'badge badge-offline' };
  }
}

/** One line on how long it has been going on, or why it is not. */
export function sinceWords(stream, nowMs = Date.now()) {
  switch (stream.state) {
    case 'live': return `live ${formatSince(stream.startedAt, nowMs)}`;
    case 'paused': return 'interrupted, may be back in a moment';
    default: return 'not live any more';
  }
}

/** All that are on, in one line. @param {object[]} streams live and paused ones */
export function summaryOf(streams) {
  if (streams.length === 0) return 'Nobody, at the moment.';
  const viewers = streams.reduce((sum, stream) => sum + stream.viewers, 0);
  const broadcasts = formatCount(streams.length, 'broadcast', 'broadcasts');
  return `${broadcasts}, ${formatCount(viewers, 'viewer', 'viewers')}`;
}
