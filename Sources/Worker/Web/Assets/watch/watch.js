// The page that plays one stream: puts its parts together.
//
// `body[data-state]` is the player's state. `window.weirPlayer.report()` gives the figures behind
// it, for tests and for the curious: {state, via, codec, latencyS, targetS, bufferedS, rate, stalls,
// jumps, reconnects, isAsleep, lacks, firstFrameMs}. `via` is how the broadcast comes (via.js),
// `latencyS` how old the picture is, counted from when it could have been here, `targetS` the age the
// player aims at, `bufferedS` what it has in hand; `firstFrameMs` counts from the start of the
// navigation.

import { subscribe } from '../common/events.js';
import { setUpCast } from './cast.js';
import { Controls } from './controls.js';
import { Idle } from './idle.js';
import { listenToKeys } from './keyboard.js';
import { setUpMediaSession } from './media-session.js';
import { Player } from './player.js';
import { setUpFullScreen, setUpPresses, setUpSmallWindow } from './screen.js';
import { setUpShare } from './share.js';
import { Sleeper } from './sleeper.js';
import { Sound } from './sound.js';
import { Still } from './still.js';
import { View } from './view.js';

const elements = Object.fromEntries(
  [...document.querySelectorAll('[id]')].map((element) => [element.id, element]));
const { name } = elements.player.dataset;

const sound = new Sound(elements.video, () => showChange());
const player = new Player({
  name,
  sound,
  video: elements.video,
  still: new Still(elements.still, elements.video),
  onChange: () => showChange(),
});
// Before anything else: everything else can happen while the media is on its way.
player.start();

const view = new View(name, player, elements);
const controls = new Controls(player, sound, elements);
const idle = new Idle(elements.player, elements.controls, () => (
  player.state === 'playing' || player.state === 'rewound'));
const toggleFullScreen = setUpFullScreen(elements);
setUpSmallWindow(elements);
setUpPresses(elements, { player, idle, toggleFullScreen });
setUpCast(elements, player);
const showShare = setUpShare(elements, name);
listenToKeys({ player, sound, controls, idle, toggleFullScreen, elements });
elements['try-again'].addEventListener('click', () => player.tryAgain());
const sleeper = new Sleeper(elements.video, player, sound);
const icon = document.querySelector('link[rel=icon]')?.href ?? '';
const showSession = setUpMediaSession(player, controls, name, icon);

function showChange() {
  view.show();
  controls.show();
  showSession();
  sleeper.look();
  if (player.state !== 'playing' && player.state !== 'rewound') idle.stir();
}
showChange();

subscribe({
  stream: name,
  onStream: (stream) => {
    player.setStream(stream);
    showShare(stream);
  },
  onGone: () => player.setStream(null),
  onConnection: (isConnected) => { if (isConnected) player.wake(); },
});
addEventListener('online', () => player.wake());
addEventListener('pagehide', () => player.letGo());
addEventListener('pageshow', (event) => { if (event.persisted) player.wake(); });

window.weirPlayer = { report: () => player.report() };
