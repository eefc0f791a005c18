// The sheet with all ways to pass a broadcast on: the address of the page, as a code for a phone as well, the
// system's own sheet where there is one, the line of HTML that shows the player in another page, and
// addresses for other players. Loaded when somebody wants to share.

import { siteName, word } from '../common/words.js';

export class ShareSheet {
  #elements;
  #name;

  /**
   * @param {Record<string, HTMLElement>} elements   by id
   * @param {import('./face-view.js').FaceView} view
   */
  constructor(elements, view) {
    const { name } = view.face;
    this.#elements = elements;
    this.#name = name;
    const url = `${location.origin}/${name}/watchLive`;
    elements['share-link'].textContent = url;
    elements['share-embed'].textContent = frameLine(location.origin, name);
    elements['share-vlc'].textContent = `${location.origin}/${name}/live`;
    setUpSystemSheet(elements['share-system'], () => ({ title: titleOf(view), url }));
    const code = elements['share-code'];
    code.addEventListener('load', () => { code.hidden = false; });
    code.addEventListener('error', () => { code.hidden = true; });
    code.src = `/${name}/qr.svg`;
  }

  /** @param {object | null} stream   as the API describes it; null: not known (yet) */
  open(stream) {
    this.show(stream);
    const panel = this.#elements['share-panel'];
    // Two presses before the sheet was there want one.
    if (!panel.open) panel.showModal();
  }

  show(stream) {
    const { address, note } = listsOf(this.#name, stream);
    this.#elements['share-hls'].textContent = address && `${location.origin}${address}`;
    this.#elements['share-hls-row'].hidden = address === '';
    this.#elements['share-hls-note'].textContent = note;
    this.#elements['share-hls-note'].hidden = note === '';
  }
}

function titleOf({ face, shownName }) {
  return face.title
    ? `${face.title} · ${shownName}` : word('share.title', { name: shownName, site: siteName() });
}

function setUpSystemSheet(button, what) {
  button.hidden = !navigator.share;
  button.addEventListener('click', () => {
    // Rejected when the sheet is closed again: then nothing was wanted.
    navigator.share(what()).catch(() => {});
  });
}

/**
 * Where televisions and most players find the broadcast: by HLS, if that can carry it.
 * @param {string} name
 * @param {{hlsUrl: string | null, hlsFault: string | null} | null} stream   null: not known (yet)
 * @returns {{address: string, note: string}}   the address is empty where there is none
 */
export function listsOf(name, stream) {
  if (!stream?.hlsFault) return { address: stream?.hlsUrl ?? `/${name}/hls/index.m3u8`, note: '' };
  return { address: '', note: word('share.no-hls', { fault: stream.hlsFault }) };
}

/**
 * What another page needs to show the player. README has the same line.
 * @param {string} origin   of this server
 * @param {string} name     of the stream: nothing in it means anything in HTML
 */
function frameLine(origin, name) {
  return `<iframe src="${origin}/${name}/embed" width="640" height="360" style="border: 0" `
    + 'allow="autoplay; fullscreen; picture-in-picture" '
    + `title="${word('share.frame-title', { name })}"></iframe>`;
}
