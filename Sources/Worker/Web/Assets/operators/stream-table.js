// The list of streams: the worst first, each with its light, its reasons and its figures.

import { formatBitrate, formatCount, formatSeconds, formatSince } from '../common/format.js';

/** More would make the page slow, and nobody reads them: /status has all. */
const MOST = 100;
const WORST_FIRST = ['red', 'amber', 'green', null];

/** Pure: negative when `one` comes first. */
function compare(one, other) {
  return WORST_FIRST.indexOf(one.light) - WORST_FIRST.indexOf(other.light)
    || viewersOf(other) - viewersOf(one) || (one.name < other.name ? -1 : 1);
}

function viewersOf(stream) {
  return stream.webmViewers + stream.packagedViewers;
}

function stateWords(stream) {
  if (stream.light === null) return 'ended';
  const since = formatSince(Date.now() - stream.ageMs);
  return stream.reasons.length > 0 ? stream.reasons.join('; ') : `live ${since}`;
}

function summaryWords(streams) {
  const on = streams.filter(({ light }) => light !== null);
  const bad = on.filter(({ light }) => light !== 'green').length;
  const words = [
    formatCount(on.length, 'broadcast', 'broadcasts'),
    formatCount(streams.reduce((sum, stream) => sum + viewersOf(stream), 0), 'viewer', 'viewers'),
  ];
  if (bad > 0) words.push(`${bad} with trouble`);
  if (streams.length > MOST) words.push(`the first ${MOST} of ${streams.length} are shown`);
  return words.join(', ');
}

export class StreamTable {
  #list;
  #template;
  #summary;
  #end;
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /** @param {((name: string) => void)|null} end ends a broadcast; null where that is not possible */
  constructor(list, template, summary, end) {
    this.#list = list;
    this.#template = template;
    this.#summary = summary;
    this.#end = end;
  }

  /** @param {object[]} streams as in /status */
  show(streams) {
    this.#summary.textContent = summaryWords(streams);
    const shown = [...streams].sort(compare).slice(0, MOST);
    const names = new Set(shown.map(({ name }) => name));
    for (const [name, row] of this.#rows) {
      if (!names.has(name)) {
        row.remove();
        this.#rows.delete(name);
      }
    }
    shown.forEach((stream, index) => {
      const row = this.#rows.get(stream.name) ?? this.#make(stream.name);
      this.#fill(row, stream);
      // Moving a row takes the focus out of it.
      const there = this.#list.children[index];
      if (there !== row) this.#list.insertBefore(row, there ?? null);
    });
  }

  #make(name) {
    const row = this.#template.content.firstElementChild.cloneNode(true);
    row.dataset.name = name;
    row.querySelector('h3').textContent = name;
    const button = row.querySelector('button');
    button.setAttribute('aria-label', `End ${name}`);
    if (this.#end) button.addEventListener('click', () => this.#end(name));
    this.#rows.set(name, row);
    return row;
  }

  #fill(row, stream) {
    row.dataset.light = stream.light ?? '';
    const words = stateWords(stream);
    const state = row.querySelector('.watched-state');
    if (state.textContent !== words) state.textContent = words;
    const figures = {
      webm: String(stream.webmViewers),
      packaged: String(stream.packagedViewers),
      bitrate: formatBitrate(stream.bitrateBps),
      keyframes: stream.keyframeIntervalMs === null ? '–'
        : formatSeconds(stream.keyframeIntervalMs),
      lag: formatSeconds(stream.lagMs),
      held: formatSeconds(stream.heldBackMs),
    };
    for (const [name, text] of Object.entries(figures)) {
      row.querySelector(`[data-figure="${name}"]`).textContent = text;
    }
    row.querySelector('button').hidden = !this.#end || stream.light === null;
  }
}
