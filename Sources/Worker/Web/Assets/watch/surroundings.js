// What stands around the player on its own page: who the channel is, ways to share it, to be told of it, and
// what else is live.

import { fetchChannel } from './channel.js';
import { lastTimeWords } from './offline.js';
import { Others } from './others.js';
import { setUpShare } from './share.js';
import { TellMe } from './tell-me.js';

/**
 * @param {import('./face-view.js').FaceView} faceView
 * @param {Record<string, HTMLElement>} elements   by id
 * @param {string} icon   address of a picture
 * @param {() => void} onFace   the channel has said how it is called
 * @returns {{showState: (state: import('./player-state.js').PlayerState) => void,
 *   showStream: (stream: object | null) => void}}
 */
export function setUpSurroundings(faceView, elements, icon, onFace) {
  const { name } = faceView.face;
  const tellMe = new TellMe(elements['tell-me'], faceView, icon);
  const showStream = setUpShare(elements, faceView);
  new Others(name, elements);
  let channel = null;
  let shown = '';
  const showState = (state) => {
    shown = state;
    tellMe.show(state);
    const words = state === 'offline' ? lastTimeWords(channel?.lastBroadcast) : '';
    if (elements['last-time'].textContent !== words) elements['last-time'].textContent = words;
  };
  fetchChannel(name).then((found) => {
    if (!found) return;
    channel = found;
    faceView.setChannel(channel);
    showState(shown);
    onFace();
  });
  return { showState, showStream };
}
