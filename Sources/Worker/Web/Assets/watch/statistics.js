// Statistics for nerds: a panel over the picture with what the player and the browser know. Its text is made
// anew once a second while it is open, and can be copied as lines of names and figures. Loaded when it is wanted.

import { formatBitrate, formatSeconds } from '../common/format.js';
import { numberText, word } from '../common/words.js';
import { nameOf } from './via.js';

const EVERY_MS = 1_000;
const PROTOCOLS = { h3: 'HTTP/3', h2: 'HTTP/2', 'http/1.1': 'HTTP/1.1' };

export class Statistics {
  #player;
  #elements;
  #timer = 0;

  /**
   * @param {import('./player.js').Player} player
   * @param {Record<string, HTMLElement>} elements   by id
   */
  constructor(player, elements) {
    this.#player = player;
    this.#elements = elements;
    elements['close-statistics'].addEventListener('click', () => this.#close());
    addEventListener('keydown', (event) => {
      const isFree = !document.querySelector('dialog[open]') && !event.defaultPrevented;
      if (event.key === 'Escape' && this.#isOpen && isFree) this.#close();
    });
  }

  get #isOpen() { return !this.#elements.statistics.hidden; }

  toggle() {
    if (this.#isOpen) this.#close();
    else this.#open();
  }

  #open() {
    this.#elements.statistics.hidden = false;
    this.#elements['show-statistics']?.setAttribute('aria-expanded', 'true');
    this.#show();
    this.#timer = setInterval(() => this.#show(), EVERY_MS);
  }

  #close() {
    clearInterval(this.#timer);
    const { statistics, 'show-statistics': button } = this.#elements;
    const hadFocus = statistics.contains(document.activeElement);
    statistics.hidden = true;
    button?.setAttribute('aria-expanded', 'false');
    if (hadFocus) button?.focus();
  }

  #show() {
    const { video } = this.#elements;
    const { stream } = this.#player;
    const lines = linesOf({
      report: this.#player.report(), stream,
      quality: video.getVideoPlaybackQuality(),
      sizes: [[video.videoWidth, video.videoHeight], [video.clientWidth, video.clientHeight]],
      protocol: performance.getEntriesByType('navigation')[0]?.nextHopProtocol ?? '',
    });
    showLines(this.#elements['statistics-figures'], lines);
  }
}

/**
 * Names and figures. Pure.
 * @param {object} known
 * @param {object} known.report   of the player
 * @param {object | null} known.stream   as the API describes it
 * @param {VideoPlaybackQuality} known.quality
 * @param {[number, number][]} known.sizes   of the picture, and of where it is shown
 * @param {string} known.protocol   as browsers name it (ALPN)
 * @returns {[string, string][]}
 */
function linesOf({ report, stream, quality, sizes, protocol }) {
  const [picture, place] = sizes.map(([width, height]) => `${width} × ${height}`);
  const { totalVideoFrames: frames, droppedVideoFrames: dropped } = quality;
  const way = [report.via && nameOf(report.via), PROTOCOLS[protocol] ?? protocol];
  return [
    [word('statistics.format'), report.codec || '–'],
    [word('statistics.size'), word('statistics.size-shown', { picture, place })],
    [word('statistics.frames'), word('statistics.frames-dropped', { frames, dropped })],
    [word('statistics.bitrate'), stream ? formatBitrate(stream.bitrateBps) : '–'],
    [word('statistics.buffer'), formatSeconds(report.bufferedS * 1000)],
    [word('statistics.latency'), word('statistics.latency-target', {
      latency: formatSeconds(report.latencyS * 1000), target: formatSeconds(report.targetS * 1000),
    })],
    [word('statistics.speed'), `${numberText(report.rate, 2)}×`],
    [word('statistics.path'), way.filter(Boolean).join(', ') || '–'],
    [word('statistics.breaks'), word('statistics.breaks-each', {
      stalls: word('statistics.stalls', { count: report.stalls }),
      jumps: word('statistics.jumps', { count: report.jumps }),
      reconnects: word('statistics.reconnects', { count: report.reconnects }),
    })],
    [word('statistics.first-picture'),
      report.firstFrameMs === null ? '–' : formatSeconds(report.firstFrameMs)],
  ];
}

/** What is selected or read stays: only texts that are others are replaced. */
function showLines(list, lines) {
  if (list.children.length !== lines.length) list.replaceChildren(...lines.map(newLine));
  lines.forEach(([name, figure], index) => {
    const [term, value] = list.children[index].children;
    if (term.textContent !== name) term.textContent = name;
    if (value.textContent !== figure) value.textContent = figure;
  });
}

/** With white space between its parts, for those who copy the text. */
function newLine() {
  const line = document.createElement('div');
  line.append(document.createElement('dt'), '\t', document.createElement('dd'), '\n');
  return line;
}
