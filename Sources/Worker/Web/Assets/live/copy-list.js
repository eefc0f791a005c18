// The copies that are on this device, to be saved among the downloads or removed: of the last broadcast, and
// of earlier ones, as after a crash. Files that the broadcaster has chosen are not among them: they are where
// they belong.

import { formatBytes } from '../common/format.js';
import { word } from '../common/words.js';
import { listCopies, removeCopy, removeOldCopies } from './copy-folder.js';

const find = (id) => document.getElementById(id);

export class CopyList {
  /** Those in memory go with the page. @type {{name: string, blob: Blob, isSaved: boolean}[]} */
  #held = [];
  #addresses = [];

  async begin() {
    await removeOldCopies(Date.now());
    await this.show();
  }

  /** Whether something would be lost with the page. */
  get isHoldingUnsaved() { return this.#held.some(({ isSaved }) => !isSaved); }

  /** @param {{name: string, kind: string, blob: Blob | null}[]} files of a broadcast that is over */
  async add(files) {
    for (const { name, blob } of files) if (blob) this.#held.push({ name, blob, isSaved: false });
    const chosen = files.filter(({ kind }) => kind === 'chosen').map(({ name }) => name);
    find('summary-copy').hidden = chosen.length === 0;
    find('summary-copy').textContent = word('copies.chosen', { name: chosen.join(', ') });
    await this.show();
  }

  async show() {
    const files = (await listCopies()).filter(({ size }) => size > 0);
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = [];
    const rows = [
      ...files.map((file) => this.#row(file.name, file, () => {}, () => removeCopy(file.name))),
      ...this.#held.map((held) => this.#row(
        held.name, held.blob, () => { held.isSaved = true; }, () => this.#drop(held))),
    ];
    find('copy-list').replaceChildren(...rows);
    find('copies').hidden = rows.length === 0;
    find('copies-kept').hidden = files.length === 0;
    find('copies-held').hidden = this.#held.length === 0;
  }

  #drop(held) { this.#held = this.#held.filter((other) => other !== held); }

  #row(name, blob, onSave, onRemove) {
    const address = URL.createObjectURL(blob);
    this.#addresses.push(address);
    const row = document.createElement('li');
    const about = document.createElement('p');
    const title = document.createElement('span');
    const size = document.createElement('span');
    title.textContent = name;
    size.textContent = formatBytes(blob.size);
    size.className = 'small muted number';
    about.append(title, ' ', size);
    const save = document.createElement('a');
    save.className = 'button';
    save.textContent = word('copies.save');
    save.setAttribute('aria-label', word('copies.save-label', { name }));
    save.href = address;
    save.download = name;
    save.onclick = onSave;
    const actions = document.createElement('div');
    actions.className = 'row';
    actions.append(save, removeButton(name, async () => {
      await onRemove();
      await this.show();
      find(find('copies').hidden ? 'main' : 'copies-title').focus();
    }));
    row.append(about, actions);
    return row;
  }
}

function removeButton(name, onPress) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button button-quiet';
  button.textContent = word('copies.remove');
  button.setAttribute('aria-label', word('copies.remove-label', { name }));
  button.onclick = onPress;
  return button;
}
