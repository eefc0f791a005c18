// When the first picture of a source is on the screen.

/**
 * Call it when a source is about to take the element over.
 * @param {HTMLVideoElement} video
 * @param {() => void} onShown   called once
 * @returns {() => void} stops waiting
 */
export function awaitPicture(video, onShown) {
  const listeners = new AbortController();
  const { signal } = listeners;
  const shown = () => {
    if (signal.aborted) return;
    listeners.abort();
    onShown();
  };
  // Not earlier: a last picture of the source before might be taken for the first one of this.
  video.addEventListener('loadstart', () => {
    video.requestVideoFrameCallback?.(shown);
    // A hidden page is shown no pictures, and some broadcasts have none: then time tells.
    let startS = null;
    video.addEventListener('timeupdate', () => {
      startS ??= video.currentTime;
      if (video.currentTime > startS && !video.seeking) shown();
    }, { signal });
  }, { signal, once: true });
  return () => listeners.abort();
}
