// Hands the page's address on: through the system's own sheet on a phone, else by copying it.

import { announce } from '../common/announce.js';

const SAY_MS = 2_000;

/**
 * @param {Record<string, HTMLElement>} elements   by id
 * @param {string} name   of the stream
 */
export function setUpShare({ share: button, 'share-label': label }, name) {
  // In a frame of somebody else's page there is nothing to share it with.
  if (!button) return;
  const usual = label.textContent;
  let timer = 0;
  const say = (words) => {
    label.textContent = words;
    announce(`${words}.`);
    clearTimeout(timer);
    timer = setTimeout(() => { label.textContent = usual; }, SAY_MS);
  };
  button.addEventListener('click', async () => {
    const url = `${location.origin}${location.pathname}`;
    if (isPhone() && navigator.share) {
      // Rejected when it is closed again: then nothing was wanted.
      navigator.share({ title: `${name} on Weir`, url }).catch(() => {});
      return;
    }
    try {
      await navigator.clipboard.writeText(url);
      say('Link copied');
    } catch {
      say('Copy it from the address bar');
    }
  });
}

/** On a computer a copied link is what people expect, and sheets are in the way. */
function isPhone() { return matchMedia('(pointer: coarse)').matches; }
