// Says things to people who use a screen reader, through the one live region of the frame.
//
// What comes within 150 ms is said together; the region is emptied afterwards, so that the same
// words are said again when they come again, and nobody finds old news in it.

const GATHER_MS = 150;
const KEEP_MS = 5000;

let waiting = [];
let gathering = 0;
let emptying = 0;

/** @param {string} text one short sentence */
export function announce(text) {
  if (!waiting.includes(text)) waiting.push(text);
  if (gathering === 0) gathering = setTimeout(say, GATHER_MS);
}

function say() {
  const region = document.getElementById('announcer');
  clearTimeout(emptying);
  region.textContent = waiting.join(' ');
  waiting = [];
  gathering = 0;
  emptying = setTimeout(() => { region.textContent = ''; }, KEEP_MS);
}
