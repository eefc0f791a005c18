// What this browser's MediaSource takes, and whether the browser reads lists of HLS by itself.

/** Safari on phones has only the managed one. */
export const MediaSourceClass = globalThis.MediaSource ?? globalThis.ManagedMediaSource;

/** Whether this browser plays `mimeType` this way. */
export function isStreamable(mimeType) {
  return MediaSourceClass?.isTypeSupported(mimeType) ?? false;
}

/** Whether it takes any WebM at all. */
export function streamsWebM() {
  return ['video/webm; codecs="vp8"', 'video/webm; codecs="vp9"', 'audio/webm; codecs="opus"']
    .some(isStreamable);
}

/** Whether it takes any MP4 that lists may name. */
export function streamsMP4() {
  return ['video/mp4; codecs="avc1.42e01f"', 'video/mp4; codecs="vp09.00.10.08"']
    .some(isStreamable);
}

/** Whether the browser says that it reads lists of HLS. */
export function readsLists() {
  return document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '';
}
