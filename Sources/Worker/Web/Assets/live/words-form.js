// The form with title and words of the broadcast. It is there where people have accounts. What stands in
// it is told to the server on Save, or before going live: never while somebody types, because viewers
// would read along.

import { locale, word } from '../common/words.js';
import { chooseLanguage, listLanguages } from './language-list.js';
import { readTags, saysTheSame, writeTags } from './said-words.js';
import { askForWords, isRefusal, tellWords } from './words-store.js';

const find = (id) => document.getElementById(id);
/** By the API's names of what is said. */
const FIELDS = {
  title: 'about-title',
  description: 'about-description',
  language: 'about-language',
  tags: 'about-tags',
  unlisted: 'about-unlisted',
};

export class WordsForm {
  #form = find('about');
  #note = find('about-note');
  #save = find('about-save');
  /** @type {import('./said-words.js').SaidWords | null} what the server has; null: not known */
  #said = null;
  #isBusy = false;

  constructor() {
    if (!this.#form) return;
    listLanguages(find('about-language'), locale());
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      if (this.#said === null) this.#load();
      else this.save();
    };
    this.#form.oninput = () => this.#edited();
    this.#load();
  }

  /** As it stands there; '' when there is none, or it is not known. */
  get title() { return this.#said === null ? '' : find(FIELDS.title).value.trim(); }

  /** Whether something stands in the form that the server does not have. */
  get isDirty() { return this.#said !== null && !saysTheSame(this.#shown, this.#said); }

  /**
   * Tells the server what stands in the form.
   * @returns {Promise<string>} why it could not be saved, in a sentence; '' if all is well
   */
  async save() {
    if (!this.isDirty) return '';
    const shown = this.#shown;
    this.#isBusy = true;
    this.#say(word('about.saving'));
    const answer = await tellWords(shown);
    this.#isBusy = false;
    if (isRefusal(answer)) return this.#refused(answer);
    this.#said = answer;
    // What was typed meanwhile stays.
    if (saysTheSame(this.#shown, shown)) this.#say(word('about.saved'));
    else this.#edited();
    return '';
  }

  async #load() {
    this.#save.disabled = true;
    this.#say('');
    const answer = await askForWords();
    // Without what was said before, saving would erase it.
    if (isRefusal(answer)) {
      this.#save.textContent = word('about.load-again');
      this.#save.disabled = false;
      this.#say(answer.kind === 'signed-out' ? word('about.signed-out') : word('about.not-loaded'), true);
      return;
    }
    this.#save.textContent = word('about.save');
    this.#said = answer;
    this.#show(answer);
  }

  #show({ title, description, language, tags, unlisted }) {
    find(FIELDS.title).value = title;
    find(FIELDS.description).value = description;
    chooseLanguage(find(FIELDS.language), language, locale());
    find(FIELDS.tags).value = writeTags(tags);
    find(FIELDS.unlisted).checked = unlisted;
    for (const id of Object.values(FIELDS)) find(id).disabled = false;
    find('about-more').open = description !== '' || language !== null || tags.length > 0;
  }

  /** @returns {import('./said-words.js').SaidWords} what stands in the form */
  get #shown() {
    return {
      title: find(FIELDS.title).value,
      description: find(FIELDS.description).value,
      language: find(FIELDS.language).value || null,
      tags: readTags(find(FIELDS.tags).value),
      unlisted: find(FIELDS.unlisted).checked,
    };
  }

  #edited() {
    if (this.#isBusy) return;
    this.#say(this.isDirty ? word('about.unsaved') : '');
  }

  /** @param {import('./words-store.js').Refusal} refusal */
  #refused({ kind, field }) {
    const reason = this.#reasonOf(kind, field);
    this.#say(reason, true);
    const input = find(FIELDS[field]);
    if (input) {
      input.setAttribute('aria-invalid', 'true');
      if (find('about-more').contains(input)) find('about-more').open = true;
      input.focus();
    }
    return reason;
  }

  #reasonOf(kind, field) {
    switch (kind) {
      case 'field': return field === 'tags' ? word('about.tags.refused') : word('about.refused');
      case 'signed-out': return word('about.signed-out');
      case 'too-often': return word('about.too-often');
      default: return word('about.unanswered');
    }
  }

  #say(text, isWrong = false) {
    // The same words again would be said aloud again.
    if (this.#note.textContent !== text) this.#note.textContent = text;
    this.#note.className = isWrong ? 'small about-wrong' : 'small muted';
    if (this.#said !== null) this.#save.disabled = this.#isBusy || !this.isDirty;
    for (const id of Object.values(FIELDS)) find(id).removeAttribute('aria-invalid');
  }
}
