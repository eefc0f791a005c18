// Shows what the broadcast says of itself and of its channel, below the picture, and follows it. While the
// broadcast is known, its own words count; else those that the channel has ready for the next one.

import {
  headingOf, setText, setWords, showAvatar, shownNameOf,
} from '../common/face.js';
import { pictureTags } from '../common/stream-words.js';
import { word } from '../common/words.js';
import { Description } from './description.js';
import { outsideLink } from './links.js';

export class FaceView {
  /** What is shown. @type {{name: string, displayName: string, title: string}} */
  face;
  #elements;
  #description;
  #stream = null;
  /** What `/api/channels/NAME` says; null: nothing (yet). */
  #channel = null;

  /**
   * @param {string} name   of the stream
   * @param {Record<string, HTMLElement>} elements   by id
   */
  constructor(name, elements) {
    this.face = { name, ...readFace(name, elements) };
    this.#elements = elements;
    // A page that is framed by another one has no words around the picture.
    if (elements.description) this.#description = new Description(elements);
  }

  /** What the channel is called. */
  get shownName() { return shownNameOf(this.face); }

  /** @param {object | null} stream   as the API describes it; null: not known there */
  setStream(stream) {
    this.#stream = stream;
    if (stream) this.#show(stream);
    else this.#showChannelWords();
    if (this.#elements.format) {
      setText(this.#elements.format, stream ? pictureTags(stream).join(' · ') : '');
    }
  }

  /** @param {object} channel   as the API describes it */
  setChannel(channel) {
    this.#channel = channel;
    const { line, links } = this.#elements;
    setText(line, channel.line);
    links.replaceChildren(...channel.links.map(itemOf), feedOf(channel.name));
    if (!this.#stream) this.#showChannelWords();
  }

  #showChannelWords() {
    if (!this.#channel) return;
    const { name, displayName, pictureUrl, words } = this.#channel;
    this.#show({ ...words, name, displayName, pictureUrl });
  }

  #show(face) {
    this.face = face;
    const { title, caption, channel, avatar, tags } = this.#elements;
    setWords(title, headingOf(face), face.language);
    if (caption) setWords(caption, headingOf(face), face.language);
    setText(channel, face.title ? shownNameOf(face) : '');
    showAvatar(avatar, face);
    this.#description?.show(face.description ?? '', face.language);
    if (tags) showTags(tags, face.tags ?? []);
  }
}

/** What the server has put into the page: without a title, the heading is what the channel is called. */
function readFace(name, { title: { textContent: heading }, channel: { textContent: channel } }) {
  const shownName = channel || heading;
  return { displayName: shownName === name ? '' : shownName, title: channel && heading };
}

function showTags(list, tags) {
  const shown = [...list.children].map(({ textContent }) => textContent);
  if (shown.join('\n') === tags.join('\n')) return;
  list.replaceChildren(...tags.map((tag) => {
    const element = document.createElement('li');
    element.className = 'tag';
    element.dir = 'auto';
    element.textContent = tag;
    return element;
  }));
}

/** @param {{label: string, address: string}} link */
function itemOf({ label, address }) {
  // Browsers may know more that is no address, for example of names in other scripts.
  if (!URL.canParse(address)) return item(label || address);
  const { host, pathname } = new URL(address);
  return item(outsideLink(address, label || `${host}${pathname === '/' ? '' : pathname}`));
}

/** Its broadcasts, for readers of feeds. */
function feedOf(name) {
  const link = document.createElement('a');
  link.href = `/${name}/feed.xml`;
  link.type = 'application/atom+xml';
  link.textContent = word('watch.feed');
  return item(link);
}

/** @param {HTMLElement | string} content */
function item(content) {
  const element = document.createElement('li');
  element.append(content);
  return element;
}
