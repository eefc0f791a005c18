// Says things to people who use a screen reader, through the one live region of the frame.
//
// Words that come within 150 ms are said together. The region is emptied afterwards, so that the
// same words can be said again, and it never contains old news.

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
