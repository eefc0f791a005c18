// What stands around the player on its own page: who the channel is, ways to share it, to be told of it, and
// what else is live.

import { fetchChannel } from './channel.js';
import { lastTimeWords } from './offline.js';
import { Others } from './others.js';
import { setUpShare } from './share.js';
import { TellMe } from './tell-me.js';

/** All who have watched see the end at once, and need not ask at once. */
const ASK_WITHIN_MS = 5_000;

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
  const showWays = setUpShare(elements, faceView);
  new Others(name, elements);
  let channel = null;
  let shown = '';
  const showState = (state) => {
    shown = state;
    tellMe.show(state);
    const words = state === 'offline' ? lastTimeWords(channel?.lastBroadcast) : '';
    if (elements['last-time'].textContent !== words) elements['last-time'].textContent = words;
  };
  const askChannel = async () => {
    const found = await fetchChannel(name);
    if (!found) return;
    channel = found;
    faceView.setChannel(channel);
    showState(shown);
    onFace();
  };
  askChannel();
  let wasKnown = false;
  const showStream = (stream) => {
    showWays(stream);
    // Since the page was loaded, a broadcast has become the last one, and there may be words for the next.
    if (wasKnown && stream === null) setTimeout(askChannel, Math.random() * ASK_WITHIN_MS);
    wasKnown = stream !== null;
  };
  return { showState, showStream };
}
