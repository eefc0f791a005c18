// The operators' page: asks the server how it is, again and again, and shows it.
//
// States of the page (body's data-state): `loading` until the first answer, `fresh`, and `stale` while the
// server does not answer; what is shown is old then, and says so.

import { announce } from '../common/announce.js';
import { History, totalsOf } from './history.js';
import { Graph } from './graph.js';
import { askToEnd, endBroadcast } from './kick.js';
import { serverNote, serverWords, titleWords } from './server-words.js';
import { StreamTable } from './stream-table.js';
import { showWorkers } from './worker-table.js';
import { formatBitrate } from '../common/format.js';

const ASK_MS = 2000;
/** A server that is there answers sooner, also when it has much to do. */
const PATIENCE_MS = 8000;

const mayAct = document.getElementById('main').dataset.actions === 'on';
const history = new History();
const graphs = {
  viewers: new Graph(document.getElementById('graph-viewers'), (count) => count.toLocaleString('en')),
  bitrateBps: new Graph(document.getElementById('graph-bitrate'), formatBitrate),
  processorPercent: new Graph(
    document.getElementById('graph-processor'), (percent) => `${Math.round(percent)} %`),
};
const table = new StreamTable(
  document.getElementById('streams-section'), document.getElementById('stream-template'),
  mayAct ? end : null);
const workers = document.getElementById('workers');

let last = null;

function enter(state) {
  document.body.dataset.state = state;
}

function note(text) {
  document.getElementById('server-note').hidden = text === '';
  const place = document.getElementById('server-note-text');
  if (place.textContent !== text) place.textContent = text;
}

async function ask() {
  const response = await fetch('/status', {
    cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function show(status) {
  const totals = totalsOf(status, last);
  last = status;
  const nowMs = performance.now();
  history.add(totals, nowMs);
  for (const [name, graph] of Object.entries(graphs)) graph.show(history, name, nowMs);
  document.getElementById('server-facts').textContent = serverWords(status);
  note(serverNote(status));
  table.show(status.streams);
  document.title = titleWords(status.streams);
  showWorkers(workers, status.workers, totals.processorOf);
}

async function look() {
  try {
    show(await ask());
    if (document.body.dataset.state === 'stale') announce('The server answers again.');
    enter('fresh');
  } catch {
    if (document.body.dataset.state !== 'stale') announce('The server does not answer.');
    enter('stale');
    note('The server does not answer. What is shown here is old.');
  }
}

/** @param {string} name of the broadcast */
async function end(name) {
  if (!await askToEnd(name)) return;
  const fault = await endBroadcast(name);
  announce(fault ?? `${name} has been ended.`);
  await look();
  if (fault) note(fault);
}

async function goOn() {
  if (!document.hidden) await look();
  setTimeout(goOn, ASK_MS);
}

goOn();
