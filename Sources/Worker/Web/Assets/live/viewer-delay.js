// How much later viewers see what happens in front of the camera, as far as this page can know. Pure.

/** What recorder, server and player take when all is well: measured from glass to glass (docs/pages.md). */
const WEBM_MS = 450;
/** By HLS, in pieces. */
const PIECES_MS = 1_000;
const BY_PIECES = new Set(['h264', 'hevc']);

/** @param {number} lagMs of recorder and upload together @param {string} codecID of the picture */
export function viewerDelayMs(lagMs, codecID) {
  return lagMs + (BY_PIECES.has(codecID) ? PIECES_MS : WEBM_MS);
}
