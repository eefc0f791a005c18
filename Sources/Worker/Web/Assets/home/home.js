// The first page: keeps the list of who is live up to date.
//
// The server has rendered what was true when the page was requested. From then on, the server's
// events tell what changes. States of the page (body's data-state): `loading` until the first
// event, `live` with live streams, `quiet` without any, `unconnected` when the server has not
// answered for a while.

import { announce } from '../common/announce.js';
import { subscribe } from '../common/events.js';
import { shownNameOf } from '../common/face.js';
import { summaryOf } from '../common/stream-words.js';
import { word } from '../common/words.js';
import { setUpBrowsing } from './browse.js';
import { newsWords } from './news.js';
import { StreamList } from './stream-list.js';

/** Time words ("for 2 minutes") are right within this. */
const CLOCK_MS = 10_000;
/** How often the list may change its order. */
const SETTLE_MS = 5000;
/** Changes of this long lead to one new summary. */
const GATHER_MS = 50;
/** News of this long are told together. */
const NEWS_MS = 1000;
/** A connection that is gone for less is nothing to talk about. */
const PATIENCE_MS = 3000;

const list = new StreamList(
  document.getElementById('streams'), document.getElementById('stream-template'),
  [document.querySelector('.ways')]);
const showBrowsing = setUpBrowsing(list, Object.fromEntries(
  [...document.querySelectorAll('[id]')].map((element) => [element.id, element])));
const summary = document.getElementById('summary');
const water = document.querySelector('.hero-water');

/** Who was on when that was last told: how they are called, by name. @type {Map<string, string>|null} */
let told = null;
let showing = 0;
let telling = 0;
let missing = 0;

function enter(state) {
  document.body.dataset.state = state;
}

/** Many changes that come together are shown together. */
function changed() {
  if (showing === 0) showing = setTimeout(showState, GATHER_MS);
}

function showState() {
  showing = 0;
  const { streams } = list;
  enter(streams.length > 0 ? 'live' : 'quiet');
  const words = summaryOf(streams);
  if (summary.textContent !== words) summary.textContent = words;
  showBrowsing();
  if (telling === 0) telling = setTimeout(tellNews, NEWS_MS);
}

function tellNews() {
  telling = 0;
  const names = new Map(list.streams.map((stream) => [stream.name, shownNameOf(stream)]));
  if (told) {
    const started = [...names].filter(([name]) => !told.has(name)).map(([, shown]) => shown);
    const ended = [...told].filter(([name]) => !names.has(name)).map(([, shown]) => shown);
    const words = newsWords(started, ended);
    if (words) announce(words);
    if (started.length > 0) letWaterCome();
  }
  told = names;
}

/** A stream has gone live: the water comes again. */
function letWaterCome() {
  water.style.animationName = 'none';
  water.getBoundingClientRect(); // takes note of it
  water.style.animationName = '';
}

function connectionChanged(isConnected) {
  clearTimeout(missing);
  if (!isConnected) missing = setTimeout(tellMissing, PATIENCE_MS);
}

function tellMissing() {
  if (document.hidden) {
    connectionChanged(false); // nothing is asked for then
    return;
  }
  enter('unconnected');
  summary.textContent = word('home.unconnected');
  announce(word('home.unconnected.aloud'));
}

enter('loading');
connectionChanged(false);
subscribe({
  onSnapshot(streams) {
    const isFirst = told === null;
    list.showAll(streams);
    if (isFirst) list.settle();
    changed();
  },
  onStream(stream) {
    list.show(stream);
    changed();
  },
  onGone(name) {
    list.end(name);
    changed();
  },
  onConnection: connectionChanged,
});
setInterval(() => list.settle(), SETTLE_MS);
setInterval(() => list.showTime(), CLOCK_MS);
