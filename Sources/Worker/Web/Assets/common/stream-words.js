// What a stream object of the API (docs/http-api.md) is called in words.
//
// The server renders the home page's cards with the same words (StreamCard.swift): change both
// together.

import { word } from './words.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

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
    const sound = stream.tracks.slice(0, 1).map(({ codec }) => codecName(codec));
    return [word('stream.sound-only'), ...sound];
  }
  const size = video.width && video.height ? [`${video.width} × ${video.height}`] : [];
  return [...size, codecName(video.codec)];
}

/** What a badge says, and the class that gives it its colour. */
export function badgeOf(state) {
  switch (state) {
    case 'live': return { text: word('stream.live'), className: 'badge badge-live' };
    case 'paused': return { text: word('stream.paused'), className: 'badge badge-paused' };
    default: return { text: word('stream.ended'), className: 'badge badge-offline' };
  }
}

/**
 * How long it has been live: "live for 12 minutes", "live for 2 hours", "live for 3 days".
 * @param {string} startedAt as in the API
 * @param {number} [nowMs] since 1970
 */
export function liveSince(startedAt, nowMs = Date.now()) {
  const ms = Math.max(0, nowMs - Date.parse(startedAt));
  if (!(ms >= MINUTE_MS)) return word('live.moment');
  if (ms < HOUR_MS) return word('live.minutes', { count: Math.floor(ms / MINUTE_MS) });
  if (ms < 2 * DAY_MS) return word('live.hours', { count: Math.floor(ms / HOUR_MS) });
  return word('live.days', { count: Math.floor(ms / DAY_MS) });
}

/** One line on how long it has been going on, or why it is not. */
export function sinceWords(stream, nowMs = Date.now()) {
  switch (stream.state) {
    case 'live': return liveSince(stream.startedAt, nowMs);
    case 'paused': return word('stream.interrupted');
    default: return word('stream.over');
  }
}

/** All that are on, in one line. @param {object[]} streams live and paused ones */
export function summaryOf(streams) {
  if (streams.length === 0) return word('home.nobody');
  const viewers = streams.reduce((sum, stream) => sum + stream.viewers, 0);
  return word('home.summary', {
    broadcasts: word('count.broadcasts', { count: streams.length }),
    viewers: word('count.viewers', { count: viewers }),
  });
}
