// Full screen, the small window (picture in picture), and what a press on the picture itself does.

import { word } from '../common/words.js';

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
    const label = isFull ? word('player.leave-full-screen') : word('player.full-screen');
    button.setAttribute('aria-label', label);
    button.title = word('player.with-key', { label, key: 'f' });
    button.querySelector('use').setAttribute('href', isFull ? '#icon-unfull' : '#icon-full');
  });
  return toggle;
}

/** The button is there only where the browser has such windows. */
export function setUpSmallWindow({ video, window: button }) {
  const toggle = smallWindowOf(video);
  if (!toggle) return;
  button.hidden = false;
  button.addEventListener('click', toggle);
}

/** How to open and close the small window; null where there is none. */
function smallWindowOf(video) {
  if (document.pictureInPictureEnabled && video.requestPictureInPicture) {
    return () => {
      const done = document.pictureInPictureElement
        ? document.exitPictureInPicture() : video.requestPictureInPicture();
      // Not before there is a picture.
      done.catch(() => {});
    };
  }
  // Phones that have it under its older name only.
  if (!video.webkitSupportsPresentationMode?.('picture-in-picture')) return null;
  return () => video.webkitSetPresentationMode(
    isInSmallWindow(video) ? 'inline' : 'picture-in-picture');
}

/** Whether the picture is in a window of its own, which is seen while the page is not. */
export function isInSmallWindow(video) {
  return document.pictureInPictureElement === video
    || video.webkitPresentationMode === 'picture-in-picture';
}

/**
 * A mouse plays and pauses with one press and goes full screen with two; a finger shows and hides
 * the controls. A tap counts when it is over, with its click: browsers look for the click's target
 * after `pointerup`, and would find a control that has just come up under the finger.
 */
export function setUpPresses({ video }, { player, idle, toggleFullScreen }) {
  let timer = 0;
  let pointer = 'mouse';
  video.addEventListener('pointerdown', (event) => { pointer = event.pointerType; });
  video.addEventListener('click', () => {
    if (pointer !== 'mouse') {
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
