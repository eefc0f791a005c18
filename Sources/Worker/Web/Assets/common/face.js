// What a broadcast says of itself and of its channel: how it is called, and the mark of the channel. Its
// words are what strangers have written, so they become text and attributes, never markup.
//
// The server renders the same (Face.swift): change both together.

/** Of channels without a picture (components.css). */
const HUES = 8;

/** @param {{name: string, displayName?: string}} stream what the channel is called */
export function shownNameOf({ name, displayName }) { return displayName || name; }

/** @param {{name: string, displayName?: string, title?: string}} stream what the broadcast is called */
export function headingOf(stream) { return stream.title || shownNameOf(stream); }

/** One of the colours that a channel without a picture has. @param {string} name */
export function hueOf(name) {
  return [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0) % HUES;
}

/** Stands for a channel without a picture. @param {{name: string, displayName?: string}} stream */
export function initialOf(stream) {
  const [first = ''] = shownNameOf(stream);
  return first.toUpperCase();
}

/**
 * The channel's picture, or its first letter.
 * @param {HTMLElement} element with the class `avatar`
 * @param {{name: string, displayName?: string, pictureUrl?: string | null}} stream
 */
export function showAvatar(element, stream) {
  setAttribute(element, 'data-initial', initialOf(stream));
  const shown = element.querySelector('img');
  const url = stream.pictureUrl ?? null;
  if (url === (shown?.getAttribute('src') ?? null)) return;
  if (url === null) {
    shown.remove();
    return;
  }
  const image = document.createElement('img');
  image.loading = 'lazy';
  image.alt = '';
  image.src = url;
  // Then the letter is there again.
  image.addEventListener('error', () => image.remove());
  element.replaceChildren(image);
}

/** A text that somebody has written, in the language that they speak. @param {string | null} language */
export function setWords(element, text, language) {
  setText(element, text);
  if (language) setAttribute(element, 'lang', language);
  else element.removeAttribute('lang');
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
