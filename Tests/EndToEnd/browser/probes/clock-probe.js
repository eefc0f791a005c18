
// Follows the functions of clock-code.js (latency.py puts them in front). Reads the clock in every
// frame that #video shows, at most ten a second: reading takes processor time from the decoder.

const READ_EVERY_MS = 100;

const clockProbe = {
  /// How old each frame that was read was when it came on the screen.
  ages: [],
  /// Frames without an intact clock.
  unreadable: 0,
  /// When the newest frame that was shown had been drawn, by Date.now(); null before the first.
  newestDrawnAtMs: null,
  /// The first frame of this document: when, since its navigation began, and how old.
  firstFrame: null,
};
window.clockProbe = clockProbe;

function watchClock(video) {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let readAtMs = -Infinity;

  /// What the clock says that the video shows, as an age; null when it is not intact.
  function age(shownAtMs) {
    const strip = clockArea(video.videoWidth, video.videoHeight);
    canvas.width = strip.width;
    canvas.height = strip.height;
    context.drawImage(
      video, strip.x, strip.y, strip.width, strip.height, 0, 0, strip.width, strip.height);
    const image = context.getImageData(0, 0, strip.width, strip.height);
    const clockMs = readClock(image, 0, 0, strip.width, strip.height);
    return clockMs === null ? null : clockAgeMs(clockMs, shownAtMs);
  }

  function shown(nowMs, metadata) {
    video.requestVideoFrameCallback(shown);
    // The browser may know that the frame will be on the screen a little later than now.
    const untilShownMs = Math.max(0, metadata.expectedDisplayTime - performance.now());
    const shownAtMs = Date.now() + untilShownMs;
    const isFirst = clockProbe.firstFrame === null;
    if (!isFirst && performance.now() - readAtMs < READ_EVERY_MS) { return; }
    readAtMs = performance.now();
    const ageMs = age(shownAtMs);
    if (isFirst) {
      clockProbe.firstFrame = { sinceNavigationMs: readAtMs + untilShownMs, ageMs };
    }
    if (ageMs === null) {
      clockProbe.unreadable += 1;
    } else {
      clockProbe.ages.push(ageMs);
      clockProbe.newestDrawnAtMs = Math.max(clockProbe.newestDrawnAtMs ?? 0, shownAtMs - ageMs);
    }
  }

  video.requestVideoFrameCallback(shown);
}

function watchClockWhenThere() {
  const video = document.querySelector('#video');
  if (video) { watchClock(video); }
  return Boolean(video);
}

if (!watchClockWhenThere()) {
  const observer = new MutationObserver(() => {
    if (watchClockWhenThere()) { observer.disconnect(); }
  });
  observer.observe(document, { childList: true, subtree: true });
}
