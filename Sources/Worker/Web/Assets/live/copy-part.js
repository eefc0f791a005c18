// One file of the copy of a broadcast: what one recorder makes, as it comes.

/** Chunks that wait for a slow disk. */
const WAITING_BYTES_MAX = 64_000_000;

export class CopyPart {
  bytes = 0;
  #waitingBytes = 0;
  #place = null;
  #hasFailed = false;
  #isEnded = false;
  /** What was asked for is done in its order. */
  #turn;
  #onFault;
  #done;
  #sayEnded;
  /** The recorder has given its last chunk. @type {Promise<void>} */
  ended = new Promise((resolve) => { this.#sayEnded = resolve; });

  /**
   * @param {string} name of the file
   * @param {() => Promise<import('./copy-places.js').Place>} open
   * @param {(error: Error) => void} onFault once: nothing more is written; 'Slow' when the disk is
   */
  constructor(name, open, onFault) {
    this.name = name;
    this.#onFault = onFault;
    this.#turn = open().then((place) => { this.#place = place; }).catch((error) => this.#fail(error));
  }

  /** @param {Blob} blob in the order of recording */
  add(blob) {
    if (this.#isEnded || this.#hasFailed || blob.size === 0) return;
    this.#waitingBytes += blob.size;
    if (this.#waitingBytes > WAITING_BYTES_MAX) {
      this.#fail(new DOMException('The disk does not keep up.', 'Slow'));
      return;
    }
    this.#turn = this.#turn.then(() => this.#write(blob)).catch((error) => this.#fail(error));
  }

  /**
   * After the last chunk, or when there is to be no other; may be called again.
   * @returns {Promise<{name: string, kind: string, bytes: number, blob: Blob | null} | null>} what there
   *   is of it; null: nothing
   */
  end() {
    this.#isEnded = true;
    this.#sayEnded();
    this.#done ??= this.#turn.then(() => this.#close());
    return this.#done;
  }

  async #write(blob) {
    this.#waitingBytes -= blob.size;
    if (this.#hasFailed) return;
    await this.#place.write(blob);
    this.bytes += blob.size;
  }

  async #close() {
    if (this.#place === null) return null;
    const { kind } = this.#place;
    try {
      const blob = await this.#place.close();
      return this.bytes === 0 ? null : { name: this.name, kind, bytes: this.bytes, blob };
    } catch (error) {
      this.#fail(error);
      // What the browser writes itself stays; a file that was chosen appears when it is complete.
      return kind === 'browser' && this.bytes > 0
        ? { name: this.name, kind, bytes: this.bytes, blob: null } : null;
    }
  }

  #fail(error) {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFault(error);
  }
}
