// The languages to choose from, by the names that the reader's own language has for them.

/** Those of most broadcasts; any other that was set elsewhere is added to the list. */
const TAGS = [
  'ar', 'bg', 'bn', 'ca', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'eu', 'fa', 'fi', 'fr', 'ga', 'gl', 'he',
  'hi', 'hr', 'hu', 'id', 'is', 'it', 'ja', 'ko', 'lt', 'lv', 'ms', 'nb', 'nl', 'pl', 'pt', 'pt-BR', 'ro',
  'ru', 'sk', 'sl', 'sr', 'sv', 'sw', 'ta', 'th', 'tr', 'uk', 'ur', 'vi', 'zh-Hans', 'zh-Hant',
];

/** @param {HTMLSelectElement} select behind its first option @param {string} locale of the reader */
export function listLanguages(select, locale) {
  const order = new Intl.Collator(locale);
  const named = TAGS.map((tag) => ({ tag, name: languageName(tag, locale) }))
    .sort((one, other) => order.compare(one.name, other.name));
  select.append(...named.map(({ tag, name }) => new Option(name, tag)));
}

/** Chooses one, which need not be on the list. @param {string | null} tag */
export function chooseLanguage(select, tag, locale) {
  const wanted = tag ?? '';
  if (![...select.options].some(({ value }) => value === wanted)) {
    select.append(new Option(languageName(wanted, locale), wanted));
  }
  select.value = wanted;
}

function languageName(tag, locale) {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(tag);
  } catch {
    return tag;
  }
}
