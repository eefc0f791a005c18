// The list of streams: the worst first, each with its light, its reasons and its figures.

import { StreamTrails } from './stream-trails.js';
import { figureWords, stateWords, summaryWords, viewersOf } from './stream-words.js';

/** More would make the page slow, and nobody reads them: one can look for a name, and /status has all. */
const MOST = 100;
/** Fewer are seen at a glance. */
const MANY = 10;
const WORST_FIRST = ['red', 'amber', 'green', null];

/** Pure: negative when `one` comes first. */
function compare(one, other) {
  return WORST_FIRST.indexOf(one.light) - WORST_FIRST.indexOf(other.light)
    || viewersOf(other) - viewersOf(one) || (one.name < other.name ? -1 : 1);
}

export class StreamTable {
  #list;
  #template;
  #summary;
  #search;
  #empty;
  #end;
  #streams = [];
  #trails = new StreamTrails();
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} section the part of the page about streams
   * @param {HTMLTemplateElement} template of a row
   * @param {((name: string) => void)|null} end ends a broadcast; null where that is not possible
   */
  constructor(section, template, end) {
    this.#list = section.querySelector('#streams');
    this.#summary = section.querySelector('#streams-summary');
    this.#search = section.querySelector('#streams-search');
    this.#empty = section.querySelector('#streams-empty');
    this.#template = template;
    this.#end = end;
    this.#search.addEventListener('input', () => this.#showRows());
  }

  /** @param {object[]} streams as in /status */
  show(streams) {
    this.#streams = [...streams].sort(compare);
    this.#trails.add(streams, performance.now());
    if (this.#search.value === '') {
      this.#search.parentElement.hidden = streams.length < MANY;
    }
    this.#showRows();
  }

  #showRows() {
    const wanted = this.#search.value.trim().toLowerCase();
    const shown = this.#streams.filter(({ name }) => name.includes(wanted)).slice(0, MOST);
    this.#summary.textContent = summaryWords(this.#streams, shown.length);
    this.#empty.hidden = shown.length > 0;
    this.#empty.textContent = this.#streams.length === 0
      ? 'Nobody broadcasts. Streams appear here as soon as somebody does.'
      : 'No stream has such a name.';
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
    for (const [name, text] of Object.entries(figureWords(stream))) {
      const place = row.querySelector(`[data-figure="${name}"]`);
      if (place.textContent !== text) place.textContent = text;
    }
    this.#trails.draw(row.querySelector('.watched-trail path'), stream.name, performance.now());
    row.querySelector('button').hidden = !this.#end || stream.light === null;
  }
}
