// Tells the browser how long blocks last, in the header of a WebM stream that does not say so; the
// durations are measured in the stream's own beginning. Chrome's recorder leaves them out, and then
// a browser has to guess the duration of its last block; Firefox guesses a few milliseconds. To
// Firefox, a gap of more than twice the longest duration is a leap (Media Source Extensions, coded
// frame processing), and it drops all pictures until the next key frame. A figure that is too large
// is worse: it drops what overlaps. Only for our own player: others take such a figure for the
// frame rate.
//
// Pure: bytes in, bytes out. Bytes that it does not understand stay as they are.

import { children, element, joined, read, unsigned, whole } from './ebml.js';
import { ID } from './webm-reader.js';

/** What contains what we look for. A live Segment and its clusters may be of unknown size. */
const ENTERED = new Set([ID.segment, ID.cluster, ID.blockGroup]);
/** Fewer tell nothing. */
const LEAST_BLOCKS = 5;
const LONGEST_MS = 200;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes   of a stream, from its beginning; cut anywhere
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function withBlockDurations(bytes) {
  try {
    const { tracks, times } = survey(bytes);
    if (!tracks) return bytes;
    const entries = [...children(bytes, tracks)];
    const told = entries.map((entry) => withDuration(bytes, entry, times));
    if (told.every((entry) => entry === null)) return bytes;
    const content = told.map((entry, index) => entry ?? whole(bytes, entries[index]));
    return joined([
      bytes.subarray(0, tracks.at), ...element(ID.tracks, content), bytes.subarray(tracks.endAt)]);
  } catch {
    return bytes;
  }
}

/** Where Tracks is, and the times of each track's blocks. */
function survey(bytes) {
  const times = new Map();
  let tracks = null;
  let clusterMs = 0;
  let found = null;
  for (let at = 0; at < bytes.length; at = ENTERED.has(found.id) ? found.contentAt : found.endAt) {
    found = read(bytes, at);
    // The stream goes on; what is cut off is not looked at.
    if (!found || (!ENTERED.has(found.id) && found.endAt > bytes.length)) break;
    if (found.id === ID.tracks) tracks = found;
    if (found.id === ID.timestamp) clusterMs = unsigned(bytes, found);
    if (found.id === ID.simpleBlock || found.id === ID.block) {
      const number = bytes[found.contentAt] & 0x7f;
      const [high, low] = bytes.subarray(found.contentAt + 1, found.contentAt + 3);
      if (!times.has(number)) times.set(number, []);
      times.get(number).push(clusterMs + (((high << 24) >> 16) | low));
    }
  }
  return { tracks, times };
}

/** The bytes of a TrackEntry with a duration; null when it has one, or none is known. */
function withDuration(bytes, entry, times) {
  const parts = [...children(bytes, entry)];
  const number = parts.find(({ id }) => id === ID.trackNumber);
  const isSaid = parts.some(({ id }) => id === ID.defaultDuration);
  const durationMs = number && !isSaid ? usualStep(times.get(unsigned(bytes, number)) ?? []) : null;
  if (entry.id !== ID.trackEntry || durationMs === null) return null;
  const durationNs = new Uint8Array(4);
  new DataView(durationNs.buffer).setUint32(0, durationMs * 1_000_000);
  const content = bytes.subarray(entry.contentAt, entry.endAt);
  return joined(
    element(ID.trackEntry, [content, ...element(ID.defaultDuration, [durationNs])]));
}

/** The median distance; null when it cannot be told. */
function usualStep(timesMs) {
  if (timesMs.length < LEAST_BLOCKS) return null;
  const steps = timesMs.slice(1).map((timeMs, index) => timeMs - timesMs[index]);
  const stepMs = steps.sort((one, other) => one - other)[Math.floor(steps.length / 2)];
  return stepMs > 0 && stepMs <= LONGEST_MS ? stepMs : null;
}
