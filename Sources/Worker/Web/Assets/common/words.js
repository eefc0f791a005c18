// What the page says, in its language. The words come in a module of their own, which runs before the
// page's script and has what the scripts of this page name (Sources/Worker/Web/Words, docs/pages.md).
//
// Keys are always written out, in single quotes, because the server looks for them there. Words are asked for
// when they are said, never while a module is being loaded: then they may not be there yet.

/** @type {Record<string, string | Record<string, string>>} */
const table = {};

/** @param {typeof table} words of this page, by key */
export function setWords(words) { Object.assign(table, words); }

/** What the operator calls this server: the page's head says it. */
export function siteName() {
  return document.querySelector('meta[name="application-name"]')?.content || 'Weir';
}

/** BCP 47. */
function language() { return document.documentElement.lang || 'en'; }

/** The one by whose habits dates and lists are written: English as it is written in Britain. */
export function locale() { return language() === 'en' ? 'en-GB' : language(); }

/** By what was asked for. @type {Map<string, object>} */
const formats = new Map();

function format(kind, options, make) {
  const key = `${kind} ${language()} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, make(options));
  return formats.get(key);
}

/** 1234567 -> "1,234,567"; with one digit 1.25 -> "1.3". @param {number} [digits] after the point */
export function numberText(number, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return format('number', options, () => new Intl.NumberFormat(language(), options)).format(number);
}

/** ["a", "b", "c"] -> "a, b and c". @param {string[]} texts */
export function listText(texts) {
  return format('list', {}, () => new Intl.ListFormat(locale(), { type: 'conjunction' }))
    .format(texts);
}

/** (1, 'day') -> "yesterday", (2, 'hour') -> "2 hours ago". @param {Intl.RelativeTimeFormatUnit} unit */
export function agoText(count, unit) {
  return format('ago', {}, () => new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }))
    .format(-count, unit);
}

/**
 * The words of that key, with their gaps filled.
 * @param {string} key
 * @param {Record<string, string | number>} [values] by gap; numbers are written as the language does.
 *   `count` is a number and also decides about the form
 */
export function word(key, values = {}) {
  const entry = table[key] ?? key;
  const text = typeof entry === 'string' ? entry : entry[formOf(values.count)] ?? entry.other;
  return text.replace(/\{(\w+)\}/g, (gap, name) => {
    const value = values[name] ?? gap;
    return typeof value === 'number' ? numberText(value) : value;
  });
}

function formOf(count) {
  return format('plural', {}, () => new Intl.PluralRules(language())).select(count);
}
