// Tells the system what plays, for its lock screen and its media keys.

import { siteName, word } from '../common/words.js';

/**
 * @param {import('./player.js').Player} player
 * @param {import('./controls.js').Controls} controls
 * @param {import('./face-view.js').FaceView} faceView
 * @param {string} icon   address of a picture
 * @returns {() => void} to be called after every change
 */
export function setUpMediaSession(player, controls, faceView, icon) {
  const session = navigator.mediaSession;
  if (!session) return () => {};
  const actions = {
    play: () => player.play(),
    pause: () => player.pause(),
    seekbackward: ({ seekOffset }) => controls.skip(-(seekOffset || 10)),
    seekforward: ({ seekOffset }) => controls.skip(seekOffset || 10),
  };
  for (const [action, handler] of Object.entries(actions)) {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // An action this browser does not know.
    }
  }
  let shown = '';
  return () => {
    const { face: { title, pictureUrl }, shownName } = faceView;
    const key = JSON.stringify([title, shownName, pictureUrl]);
    if (key !== shown) session.metadata = metadataOf(faceView, icon);
    shown = key;
    if (!player.facts.hasMedia) session.playbackState = 'none';
    else session.playbackState = player.facts.isPaused ? 'paused' : 'playing';
  };
}

function metadataOf({ face, shownName }, icon) {
  return new MediaMetadata({
    title: face.title || shownName,
    artist: face.title ? shownName : word('watch.session-artist', { site: siteName() }),
    artwork: [{ src: face.pictureUrl ?? icon }],
  });
}
