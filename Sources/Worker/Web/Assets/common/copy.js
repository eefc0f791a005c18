// Makes every button with `data-copy` copy: the attribute holds the id of the element whose text
// (or value) goes to the clipboard. Works for buttons that are added later, too. frame.js starts
// it, so pages need not.
//
// The button itself says so for a moment; where the browser refuses, the text is selected and
// the button says which keys copy it.

import { announce } from './announce.js';
import { word } from './words.js';

const SAY_MS = 2000;

/** Buttons that show a message at the moment, with their own texts. */
const labels = new WeakMap();

export function startCopyButtons() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-copy]');
    if (button) copyFor(button);
  });
}

async function copyFor(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    say(button, word('copy.copied'));
  } catch {
    source.dispatchEvent(new Event('copybyhand', { bubbles: true }));
    select(source);
    say(button, word('copy.by-hand'));
  }
}

function select(source) {
  if (typeof source.select === 'function') {
    source.select();
  } else {
    getSelection().selectAllChildren(source);
  }
}

function say(button, words) {
  const label = button.querySelector('[data-copy-label]') ?? button;
  const known = labels.get(label);
  clearTimeout(known?.timer);
  const before = known?.before ?? label.textContent;
  label.textContent = words;
  announce(`${words}.`);
  const timer = setTimeout(() => {
    label.textContent = before;
    labels.delete(label);
  }, SAY_MS);
  labels.set(label, { before, timer });
}
