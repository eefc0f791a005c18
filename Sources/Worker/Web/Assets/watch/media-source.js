// What this browser's MediaSource takes.

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
