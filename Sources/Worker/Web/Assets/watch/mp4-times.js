// The times in a piece of CMAF: how its track counts, and when its samples are to be decoded.
//
// Pure. Only what Weir writes is understood (ISO 14496-12): one track, and of a fragment the decode
// time and the number of samples.

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'moof', 'traf']);

/** Every box, those in containers as well. */
function* boxesIn(view, at = 0, endAt = view.byteLength) {
  while (at + 8 <= endAt) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(
      ...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    const nextAt = Math.min(endAt, at + Math.max(8, size));
    if (CONTAINERS.has(type)) yield* boxesIn(view, at + 8, nextAt);
    else yield { type, at: at + 8, endAt: nextAt };
    at = nextAt;
  }
}

function viewOf(bytes) { return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); }

/** Ticks a second of an initialization segment's track; 1 when it does not say. */
export function timescaleIn(init) {
  const view = viewOf(init);
  for (const { type, at } of boxesIn(view)) {
    if (type === 'mdhd') return view.getUint32(at + (view.getUint8(at) === 1 ? 20 : 12));
  }
  return 1;
}

/**
 * When the first sample of a piece is to be decoded, and how many there are.
 * @param {Uint8Array} bytes
 * @param {number} timescale
 * @returns {{startS: number | null, samples: number}}   null: there is none
 */
export function timesIn(bytes, timescale) {
  const view = viewOf(bytes);
  let startS = null;
  let samples = 0;
  for (const { type, at } of boxesIn(view)) {
    if (type === 'trun') samples += view.getUint32(at + 4);
    if (type === 'tfdt') {
      startS ??= (view.getUint8(at) === 1
        ? Number(view.getBigUint64(at + 4)) : view.getUint32(at + 4)) / timescale;
    }
  }
  return { startS, samples };
}
