// What stands around the player on its own page: who the channel is, ways to share it, to be told of it, and
// what else is live. Most of it is loaded when somebody wants it.

import { LaterPart } from '../common/later-part.js';
import { fetchChannel } from './channel.js';
import { isNobodyLive } from './player-state.js';

/** All who have watched see the end at once, and need not ask at once. */
const ASK_WITHIN_MS = 5_000;
/** How near to the window more that is live is when it is asked for. */
const OTHERS_MARGIN = '200px';

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
  const showWays = setUpShare(elements, faceView);
  setUpOthers(name, elements);
  const waiting = new LaterPart(async () => {
    const { Waiting } = await import('./waiting.js');
    return new Waiting(elements, faceView, icon);
  });
  let channel = null;
  let shown = '';
  const showState = (state) => {
    shown = state;
    if (waiting.made) waiting.made.show(shown, channel);
    else if (isNobodyLive(state)) waiting.press((made) => made.show(shown, channel));
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

/** @returns {(stream: object | null) => void}   to be called with what the server says of the stream */
function setUpShare(elements, faceView) {
  let stream = null;
  const sheet = new LaterPart(async () => {
    const { ShareSheet } = await import('./share.js');
    return new ShareSheet(elements, faceView);
  });
  elements.share.addEventListener('click', () => sheet.press((made) => made.open(stream)));
  return (news) => {
    stream = news;
    sheet.made?.show(stream);
  };
}

function setUpOthers(name, elements) {
  const others = new LaterPart(async () => {
    const { Others } = await import('./others.js');
    return new Others(name, elements);
  });
  let isInView = false;
  new IntersectionObserver((changes) => {
    isInView = changes.at(-1).isIntersecting;
    if (others.made || isInView) others.use((made) => made.setInView(isInView));
  }, { rootMargin: OTHERS_MARGIN }).observe(elements.others);
}
