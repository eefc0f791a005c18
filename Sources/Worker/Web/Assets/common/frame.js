// What the frame around every page needs: marks the present page in the navigation, and makes copy
// buttons work.

import { startCopyButtons } from './copy.js';

/** Call it again when another header is in the document. */
export function markPresentPage() {
  for (const link of document.querySelectorAll('.site-header nav a')) {
    if (new URL(link.href).pathname === location.pathname) link.setAttribute('aria-current', 'page');
  }
}

markPresentPage();
startCopyButtons();
