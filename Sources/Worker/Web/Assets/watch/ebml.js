// Elements of EBML, as WebM is made of (RFC 8794): reading where they are, and writing them.
//
// Pure. Positions are in bytes from the beginning of the given bytes.

/** @typedef {{id: number, at: number, contentAt: number, endAt: number}} Element */

/**
 * The element at `at`; null when its head is cut off.
 * @returns {Element | null}
 */
export function read(bytes, at) {
  const id = readNumber(bytes, at, true);
  const size = id && readNumber(bytes, at + id.length, false);
  if (!size) return null;
  const contentAt = at + id.length + size.length;
  return { id: id.value, at, contentAt, endAt: contentAt + size.value };
}

/** Everything directly in an element. Throws when that is more than it can hold. */
export function* children(bytes, { contentAt, endAt }) {
  for (let at = contentAt; at < endAt;) {
    const child = read(bytes, at);
    if (!child || child.endAt > endAt) throw new RangeError('longer than what it is in');
    yield child;
    at = child.endAt;
  }
}

/** The content as a number. */
export function unsigned(bytes, { contentAt, endAt }) {
  return bytes.subarray(contentAt, endAt).reduce((value, byte) => value * 256 + byte, 0);
}

/** All of an element, as it is. */
export function whole(bytes, { at, endAt }) { return bytes.subarray(at, endAt); }

/** The parts of an element with this content; its size takes four bytes. */
export function element(id, content) {
  const size = content.reduce((sum, part) => sum + part.length, 0);
  const idLength = Math.ceil((32 - Math.clz32(id)) / 8);
  return [numberBytes(id, idLength), numberBytes(0x10000000 + size, 4), ...content];
}

/** @returns {Uint8Array<ArrayBuffer>} */
export function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A number of variable length; an identifier keeps the bit that tells its length. */
function readNumber(bytes, at, keepsMark) {
  if (at >= bytes.length) return null;
  const length = Math.clz32(bytes[at]) - 23;
  if (!(length <= 8)) throw new RangeError('no number');
  if (at + length > bytes.length) return null;
  let value = keepsMark ? bytes[at] : bytes[at] & (0xff >> length);
  for (let index = 1; index < length; index += 1) value = value * 256 + bytes[at + index];
  return { value, length };
}

function numberBytes(value, length) {
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)));
}
