// Sends the forms of a page without leaving it, so that what was typed is still there when no answer of the
// server comes. A page of the server takes the place of this one, and where it leads elsewhere, that is
// loaded. Without scripts, the browser does the same and shows whatever has answered.

import { wordsForLostAnswer, wordsForRefusal } from './answer-words.js';

/** A password may wait for others that are checked first. */
const PATIENCE_MS = 60_000;
const FAULT_ID = 'lost-answer';

/** @param {() => void} start is called when another page is in the document */
export function sendFormsFromHere(start) {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    form.ariaBusy = 'true';
    document.getElementById(FAULT_ID)?.remove();
    const request = ask(form.action, new URLSearchParams(new FormData(form, event.submitter)));
    request.onloadend = () => {
      form.ariaBusy = 'false';
      take(request, form, start);
    };
  });
}

/** Answers are read as documents: a policy of the page keeps text from becoming markup. */
function ask(address, fields) {
  const request = new XMLHttpRequest();
  request.open('POST', address);
  request.responseType = 'document';
  request.timeout = PATIENCE_MS;
  request.send(fields);
  return request;
}

function take(request, form, start) {
  if (request.status !== 0 && request.responseURL !== form.action) {
    location.assign(request.responseURL);
  } else if (isOurs(request.response)) {
    show(request.response);
    start();
  } else if (isProblem(request)) {
    complain(form, wordsForRefusal());
  } else {
    complain(form, wordsForLostAnswer(request.status));
  }
}

/** Whether the server has written a page, and not something on the way: whatever its operator calls it. */
function isOurs(page) {
  return page?.querySelector('meta[name="generator"][content="Weir"]') != null;
}

/** Whether the server has refused the request before it knew that a form had sent it. */
function isProblem(request) {
  return request.getResponseHeader('content-type')?.startsWith('application/problem+json') === true;
}

function show(page) {
  const sheets = new Set([...document.styleSheets].map(({ href }) => href));
  for (const sheet of page.querySelectorAll('link[rel="stylesheet"]')) {
    if (!sheets.has(new URL(sheet.getAttribute('href'), location.href).href)) {
      document.head.append(document.adoptNode(sheet));
    }
  }
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  scrollTo(0, 0);
  (document.querySelector('[autofocus]') ?? document.getElementById('main')).focus();
}

/** Above the button, where somebody is who has just pressed it. */
function complain(form, { title, text }) {
  const fault = document.createElement('div');
  fault.id = FAULT_ID;
  fault.className = 'notice notice-error';
  fault.setAttribute('role', 'alert');
  const heading = document.createElement('p');
  heading.className = 'notice-title';
  heading.textContent = title;
  const more = document.createElement('p');
  more.textContent = text;
  fault.append(heading, more);
  form.prepend(fault);
  fault.scrollIntoView({ block: 'nearest' });
}
