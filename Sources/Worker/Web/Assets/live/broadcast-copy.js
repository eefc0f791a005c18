// The copy of one broadcast on this device, while it is made. A recorder's output is one file, so that it
// plays: when the recorder is changed, the next file begins. Whatever goes wrong, the broadcast goes on.

import { copyName } from './copy-name.js';
import { CopyPart } from './copy-part.js';
import { openChosen, openWithoutAsking } from './copy-places.js';

/** @typedef {'denied' | 'full' | 'lost' | 'bound' | 'slow' | 'failed'} CopyFault */

/** The last chunk of a recorder comes a little after it was stopped; on a busy machine, later. */
const LAST_CHUNK_MS = 5_000;

const FAULTS = {
  AbortError: 'denied',
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  QuotaExceededError: 'full',
  Lost: 'lost',
  Bound: 'bound',
  Slow: 'slow',
};

export class BroadcastCopy {
  #title;
  #onFault;
  #beganAt = new Date();
  /** @type {FileSystemFileHandle | null} for the first file */
  #chosen = null;
  /** @type {CopyPart[]} */
  #parts = [];
  /** @type {CopyFault | null} why nothing more is written */
  fault = null;

  /**
   * @param {string} title of the broadcast, or its name
   * @param {(fault: CopyFault) => void} onFault once
   */
  constructor(title, onFault) {
    this.#title = title;
    this.#onFault = onFault;
  }

  /**
   * Lets the broadcaster choose a file, where the browser can: right after a press, or it refuses. Elsewhere
   * nothing has to be asked.
   * @param {string} mimeType that is to be expected
   */
  async choose(mimeType) {
    if (!globalThis.showSaveFilePicker || !navigator.userActivation.isActive) return;
    const suggestedName = copyName(this.#title, this.#beganAt, 1, mimeType);
    try {
      this.#chosen = await globalThis.showSaveFilePicker({ suggestedName });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A recorder begins. @param {string} mimeType @returns {CopyPart | null} */
  begin(mimeType) {
    if (this.fault !== null) return null;
    const chosen = this.#chosen;
    this.#chosen = null;
    const name = copyName(this.#title, this.#beganAt, this.#parts.length + 1, mimeType);
    const part = new CopyPart(
      chosen?.name ?? name,
      () => (chosen ? openChosen(chosen) : openWithoutAsking(name, mimeType)),
      (error) => this.#fail(error));
    this.#parts.push(part);
    return part;
  }

  get bytes() { return this.#parts.reduce((sum, part) => sum + part.bytes, 0); }

  /** The recorder was stopped. @returns what there is, as CopyPart has it */
  async finish() {
    const patience = new Promise((resolve) => { setTimeout(resolve, LAST_CHUNK_MS); });
    await Promise.race([Promise.all(this.#parts.map((part) => part.ended)), patience]);
    const files = await Promise.all(this.#parts.map((part) => part.end()));
    return files.filter((file) => file !== null);
  }

  #fail(error) {
    if (this.fault !== null) return;
    this.fault = FAULTS[error?.name] ?? 'failed';
    this.#onFault(this.fault);
  }
}
