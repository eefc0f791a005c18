// Full screen, the small window (picture in picture), and what a press on the picture itself does.

/** Two presses within this time are one double press. */
const DOUBLE_PRESS_MS = 250;

/**
 * @param {Record<string, HTMLElement>} elements   by id
 * @returns {() => void} toggles full screen
 */
export function setUpFullScreen({ player: frame, video, fullscreen: button }) {
  const toggle = () => {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else if (frame.requestFullscreen) {
      frame.requestFullscreen().catch(() => {});
    } else {
      // Phones that know it only for the video itself.
      video.webkitEnterFullscreen?.();
    }
  };
  button.addEventListener('click', toggle);
  document.addEventListener('fullscreenchange', () => {
    const isFull = document.fullscreenElement === frame;
    const label = isFull ? 'Leave full screen' : 'Full screen';
    button.setAttribute('aria-label', label);
    button.title = `${label} (f)`;
    button.querySelector('use').setAttribute('href', isFull ? '#icon-unfull' : '#icon-full');
  });
  return toggle;
}

/** The button is there only where the browser has such windows. */
export function setUpSmallWindow({ video, window: button }) {
  if (!document.pictureInPictureEnabled || !video.requestPictureInPicture) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const done = document.pictureInPictureElement
      ? document.exitPictureInPicture() : video.requestPictureInPicture();
    // Not before there is a picture.
    done.catch(() => {});
  });
}

/**
 * A mouse plays and pauses with one press and goes full screen with two; a finger shows and hides
 * the controls.
 */
export function setUpPresses({ video }, { player, idle, toggleFullScreen }) {
  let timer = 0;
  video.addEventListener('pointerup', (event) => {
    if (event.button !== 0) return;
    if (event.pointerType !== 'mouse') {
      if (idle.isShown) idle.hide();
      else idle.stir();
      return;
    }
    if (timer !== 0) {
      clearTimeout(timer);
      timer = 0;
      toggleFullScreen();
      return;
    }
    timer = setTimeout(() => {
      timer = 0;
      if (player.facts.hasMedia) player.toggle();
    }, DOUBLE_PRESS_MS);
  });
}
