// Shares the page: through the system's own sheet on a phone, otherwise from a panel, which also
// has the line of HTML that shows the player in another page, and the address for other players.

import { siteName, word } from '../common/words.js';

/**
 * @param {Record<string, HTMLElement>} elements   by id
 * @param {string} name   of the stream
 * @returns {(stream: object | null) => void}   to be called with what the server says of the stream
 */
export function setUpShare(elements, name) {
  const { share: button, 'share-panel': panel } = elements;
  // In a frame of another site's page, there is nothing to share it with.
  if (!button) return () => {};
  const url = `${location.origin}${location.pathname}`;
  elements['share-link'].textContent = url;
  elements['share-embed'].textContent = frameLine(location.origin, name);
  button.addEventListener('click', () => {
    if (isPhone() && navigator.share) {
      // Rejected when the sheet is closed again: then nothing was wanted.
      navigator.share({ title: word('share.title', { name, site: siteName() }), url }).catch(() => {});
    } else {
      panel.showModal();
    }
  });
  const show = (stream) => {
    const { address, note } = addressForPlayers(name, stream);
    elements['share-stream'].textContent = `${location.origin}${address}`;
    elements['share-stream-note'].textContent = note;
  };
  show(null);
  return show;
}

/**
 * What to give to a player that is no browser: HLS, which most of them know best; what HLS cannot
 * carry they may know as WebM.
 * @param {string} name
 * @param {{hlsUrl: string | null, hlsFault: string | null} | null} stream   null: not known (yet)
 */
export function addressForPlayers(name, stream) {
  if (!stream?.hlsFault) return { address: stream?.hlsUrl ?? `/${name}/hls/index.m3u8`, note: '' };
  return {
    address: `/${name}/live`, note: word('share.webm-note', { fault: stream.hlsFault }),
  };
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

/** Where sheets are what people expect; on a computer they are in the way. */
function isPhone() { return matchMedia('(pointer: coarse)').matches; }
