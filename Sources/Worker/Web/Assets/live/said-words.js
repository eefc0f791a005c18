// What a broadcaster says of a broadcast: as the API has it, and as it stands in a form. Pure.

/**
 * @typedef {object} SaidWords as the API has it
 * @property {string} title
 * @property {string} description
 * @property {string | null} language a tag (BCP 47)
 * @property {string[]} tags
 * @property {boolean} unlisted
 */

/** "Bread,  cake,bread," -> ["Bread", "cake"]: what is there twice does not matter. */
export function readTags(text) {
  const tags = new Map();
  for (const tag of text.split(',').map((part) => part.trim().replace(/\s+/g, ' '))) {
    const key = tag.toLowerCase();
    if (tag !== '' && !tags.has(key)) tags.set(key, tag);
  }
  return [...tags.values()];
}

/** @param {string[]} tags */
export function writeTags(tags) { return tags.join(', '); }

/** Whether both say the same. @param {SaidWords} one @param {SaidWords} other */
export function saysTheSame(one, other) {
  const text = ({ title, description, language, tags, unlisted }) => JSON.stringify(
    [title.trim(), withPlainBreaks(description).trim(), language || null, tags, unlisted]);
  return text(one) === text(other);
}

function withPlainBreaks(text) { return text.replace(/\r\n?/g, '\n'); }
