// Tells the system what plays, for its lock screen and its media keys.

import { siteName, word } from '../common/words.js';

/**
 * @param {import('./player.js').Player} player
 * @param {import('./controls.js').Controls} controls
 * @param {string} name   of the stream
 * @param {string} icon   address of a picture
 * @returns {() => void} to be called after every change
 */
export function setUpMediaSession(player, controls, name, icon) {
  const session = navigator.mediaSession;
  if (!session) return () => {};
  session.metadata = new MediaMetadata({
    title: name, artist: word('watch.session-artist', { site: siteName() }),
    artwork: [{ src: icon, type: 'image/svg+xml' }],
  });
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
  return () => {
    if (!player.facts.hasMedia) session.playbackState = 'none';
    else session.playbackState = player.facts.isPaused ? 'paused' : 'playing';
  };
}
