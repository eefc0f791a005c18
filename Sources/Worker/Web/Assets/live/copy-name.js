// The name of the file with the copy of a broadcast. Pure.

const TITLE_CHARACTERS = 80;
/** Systems take names of 255 bytes; day, time, number and ending need some of them. */
const TITLE_BYTES = 180;
/** What some system does not take in a name: Windows has the most. */
const FORBIDDEN = /[\\/:*?"<>|\p{Cc}]+/gu;

/**
 * "Bread, live", 1, "video/webm" -> "Bread, live 2026-11-29 16.25.07.webm"; the second file of the same
 * broadcast ends in " 2.webm".
 * @param {string} title of the broadcast, or its name
 * @param {Date} beganAt
 * @param {number} number of the file, from 1
 * @param {string} mimeType of the recorder
 */
export function copyName(title, beganAt, number, mimeType) {
  const plain = title.replace(FORBIDDEN, ' ').replace(/\s+/g, ' ').trim();
  const shown = beginningOf(plain).replace(/^[. ]+|[. ]+$/g, '');
  const twoDigits = (value) => String(value).padStart(2, '0');
  const day = [beganAt.getFullYear(), beganAt.getMonth() + 1, beganAt.getDate()]
    .map(twoDigits).join('-');
  const time = [beganAt.getHours(), beganAt.getMinutes(), beganAt.getSeconds()]
    .map(twoDigits).join('.');
  const ending = mimeType.includes('matroska') ? 'mkv' : 'webm';
  const parts = [shown, day, time, ...(number > 1 ? [number] : [])].filter((part) => part !== '');
  return `${parts.join(' ')}.${ending}`;
}

/** As much as a name may have, without cutting what is read as one character. */
function beginningOf(text) {
  const encoder = new TextEncoder();
  let shown = '';
  let bytes = 0;
  for (const character of charactersOf(text).slice(0, TITLE_CHARACTERS)) {
    bytes += encoder.encode(character).length;
    if (bytes > TITLE_BYTES) break;
    shown += character;
  }
  return shown;
}

function charactersOf(text) {
  // Firefox has it from version 125 on.
  if (!Intl.Segmenter) return [...text];
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}
