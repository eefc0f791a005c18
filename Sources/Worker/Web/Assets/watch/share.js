// The sheet with all ways to pass a broadcast on: the address of the page, as a code for a phone as well, the
// system's own sheet where there is one, the line of HTML that shows the player in another page, and
// addresses for other players.

import { siteName, word } from '../common/words.js';

/**
 * @param {Record<string, HTMLElement>} elements   by id
 * @param {import('./face-view.js').FaceView} view
 * @returns {(stream: object | null) => void}   to be called with what the server says of the stream
 */
export function setUpShare(elements, view) {
  const { share: button, 'share-panel': panel, 'share-code': code } = elements;
  // In a frame of another site's page, there is nothing to share it with.
  if (!button) return () => {};
  const { name } = view.face;
  const url = `${location.origin}/${name}/watchLive`;
  elements['share-link'].textContent = url;
  elements['share-embed'].textContent = frameLine(location.origin, name);
  elements['share-vlc'].textContent = `${location.origin}/${name}/live`;
  setUpSystemSheet(elements['share-system'], () => ({ title: titleOf(view), url }));
  code.addEventListener('load', () => { code.hidden = false; });
  code.addEventListener('error', () => { code.hidden = true; });
  button.addEventListener('click', () => {
    // Asked for when it is wanted.
    if (!code.src) code.src = `/${name}/qr.svg`;
    panel.showModal();
  });
  const show = (stream) => {
    const { address, note } = listsOf(name, stream);
    elements['share-hls'].textContent = address && `${location.origin}${address}`;
    elements['share-hls-row'].hidden = address === '';
    elements['share-hls-note'].textContent = note;
    elements['share-hls-note'].hidden = note === '';
  };
  show(null);
  return show;
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
