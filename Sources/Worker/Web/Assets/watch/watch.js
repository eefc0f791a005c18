// The page that plays one stream: puts its parts together.
//
// `body[data-state]` is the player's state. `window.weirPlayer.report()` gives the figures behind
// it, for tests and for the curious: {state, via, codec, latencyS, targetS, bufferedS, rate, stalls,
// jumps, reconnects, isAsleep, lacks, firstFrameMs}. `via` is how the broadcast comes (via.js),
// `latencyS` how old the picture is, counted from when it could have been here, `targetS` the age the
// player aims at, `bufferedS` what it has in hand; `firstFrameMs` counts from the start of the
// navigation.

import { subscribe } from '../common/events.js';
import { LaterPart } from '../common/later-part.js';
import { setUpCast } from './cast.js';
import { Controls } from './controls.js';
import { FaceView } from './face-view.js';
import { Idle } from './idle.js';
import { listenToKeys } from './keyboard.js';
import { setUpMediaSession } from './media-session.js';
import { Player } from './player.js';
import { Poster } from './poster.js';
import { setUpFullScreen, setUpPresses, setUpSmallWindow } from './screen.js';
import { Sleeper } from './sleeper.js';
import { Sound } from './sound.js';
import { Still } from './still.js';
import { setUpSurroundings } from './surroundings.js';
import { View } from './view.js';

const elements = Object.fromEntries(
  [...document.querySelectorAll('[id]')].map((element) => [element.id, element]));
const { name, picture } = elements.player.dataset;

const sound = new Sound(elements.video, () => showChange());
const still = new Still(elements.still, elements.video);
const player = new Player({
  name, sound, still, video: elements.video, onChange: () => showChange(),
});
// Before anything else: everything else can happen while the media is on its way.
player.start();

const faceView = new FaceView(name, elements);
const view = new View(faceView, player, elements);
const controls = new Controls(player, sound, elements);
const idle = new Idle(elements.player, elements.controls, () => (
  player.state === 'playing' || player.state === 'rewound'));
const toggleFullScreen = setUpFullScreen(elements);
setUpSmallWindow(elements);
setUpPresses(elements, { player, idle, toggleFullScreen });
setUpCast(elements, player);
const statistics = new LaterPart(async () => {
  const { Statistics } = await import('./statistics.js');
  return new Statistics(player, elements);
});
const toggleStatistics = () => statistics.press((made) => made.toggle());
elements['show-statistics']?.addEventListener('click', toggleStatistics);
listenToKeys({ player, sound, controls, idle, toggleFullScreen, toggleStatistics, elements });
elements['try-again'].addEventListener('click', () => player.tryAgain());
const sleeper = new Sleeper(elements.video, player, sound);
const poster = new Poster(name, picture, still);
const icon = document.querySelector('link[rel=icon]')?.href ?? '';
const showSession = setUpMediaSession(player, controls, faceView, icon);
// A page that is framed by another one has nothing around the picture.
const surroundings = elements.share
  && setUpSurroundings(faceView, elements, icon, () => showChange());

function showChange() {
  view.show();
  controls.show();
  showSession();
  sleeper.look();
  poster.show(player.state);
  surroundings?.showState(player.state);
  if (player.state !== 'playing' && player.state !== 'rewound') idle.stir();
}
showChange();

function showStream(stream) {
  faceView.setStream(stream);
  player.setStream(stream);
  surroundings?.showStream(stream);
}

subscribe({
  stream: name,
  onStream: showStream,
  onGone: () => showStream(null),
  onConnection: (isConnected) => { if (isConnected) player.wake(); },
});
addEventListener('online', () => player.wake());
addEventListener('pagehide', () => player.letGo());
addEventListener('pageshow', (event) => { if (event.persisted) player.wake(); });

window.weirPlayer = { report: () => player.report() };
