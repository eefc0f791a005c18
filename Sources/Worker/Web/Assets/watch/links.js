// Addresses in what strangers write: which parts of a text are one, and the link that leads there.

/** What belongs to the sentence and not to the address, at its end. */
const CLOSING = /[.,;:!?'"”’»…]+$/u;

/**
 * The parts of a text, in order. Only https, and nothing that could be taken for another host. Pure.
 * @param {string} text
 * @returns {{text: string, address: string | null}[]}
 */
export function partsOf(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(/https:\/\/[^\s<>"\x60{}|\\^]+/giu)) {
    const address = withoutEnd(found);
    if (!isAddress(address)) continue;
    if (index > end) parts.push({ text: text.slice(end, index), address: null });
    parts.push({ text: address, address });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), address: null });
  return parts;
}

/** Without what closes the sentence or a bracket that was open before. */
function withoutEnd(found) {
  const address = found.replace(CLOSING, '');
  for (const [open, close] of ['()', '[]']) {
    if (address.endsWith(close) && count(address, close) > count(address, open)) {
      return withoutEnd(address.slice(0, -1));
    }
  }
  return address;
}

function count(text, character) { return text.split(character).length - 1; }

function isAddress(address) {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  return protocol === 'https:' && hostname.includes('.') && username === '' && password === '';
}

/** A link to a page of somebody else. @param {string} address   begins with https:// */
export function outsideLink(address, text) {
  const link = document.createElement('a');
  link.href = address;
  link.target = '_blank';
  // We do not stand for where it leads.
  link.rel = 'noopener noreferrer nofollow ugc';
  link.textContent = text;
  return link;
}
