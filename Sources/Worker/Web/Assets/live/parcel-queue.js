// What one recording has yet to send to the server. Chunks of the recorder wait until there is room
// to send; then as many as have gathered, and as fit, become one parcel with the next number. From
// then on, its number and bytes never change, however often it is sent, unless it is too large for
// the way to the server: then it is cut anew. Pure: knows no network and no clock.
//
// A parcel is 'waiting' (to be sent, or sent again) or 'sending'; one that is acknowledged is gone.

/**
 * @typedef {{blob: Blob, readyAtMs: number, durationMs: number}} Chunk  readyAtMs: when the
 *   recorder gave it, however old the media in it was then
 * @typedef {{number: number, body: Blob, readyAtMs: number, durationMs: number,
 *   state: 'waiting' | 'sending', tries: number}} Parcel
 */

/** Short enough that a parcel on a slow line is answered in time to react. */
const PARCEL_MEDIA_MS_MAX = 1_000;
/** A header that is not complete after this many chunks never will be. */
const BEGINNING_CHUNKS_MAX = 12;
/** Parcels under way at once: enough to fill a long line; the server puts them in order. */
const PARCELS_SENDING_MAX = 3;

export class ParcelQueue {
  /** @type {Chunk[]} */
  #chunks = [];
  /** @type {Parcel[]} by number, none missing between them but acknowledged ones */
  #parcels = [];
  #nextNumber = 0;
  #chunksNeeded = 1;
  /** How often the beginning has been sent with more. */
  #grown = 0;
  #isBegun = false;
  #isClosed = false;
  /** The highest number that the server has taken. It takes them in order. */
  #takenNumber = -1;
  #limit;

  /**
   * @param {string} session the name of this recording at the server
   * @param {string} mimeType of the recorder
   * @param {boolean} takesOver whether its beginning ends what is live under the name
   * @param {{bytes: number}} limit the most that a parcel may hold; it may change
   */
  constructor(session, mimeType, takesOver, limit) {
    this.session = session;
    this.mimeType = mimeType;
    this.takesOver = takesOver;
    this.#limit = limit;
  }

  /** Whether the server has taken the beginning. */
  get isBegun() { return this.#isBegun; }
  get isClosed() { return this.#isClosed; }
  get isEmpty() { return this.#chunks.length === 0 && this.#parcels.length === 0; }

  get bytes() {
    return this.#parcels.reduce((sum, parcel) => sum + parcel.body.size, 0)
      + this.#chunks.reduce((sum, chunk) => sum + chunk.blob.size, 0);
  }

  get mediaMs() {
    return [...this.#parcels, ...this.#chunks].reduce((sum, { durationMs }) => sum + durationMs, 0);
  }

  /** When the recorder gave the oldest that is not acknowledged, or null. */
  get oldestAtMs() {
    return (this.#parcels[0] ?? this.#chunks[0])?.readyAtMs ?? null;
  }

  /** The parcel that all others wait for, if it is under way. */
  get oldestSending() {
    return this.#parcels[0]?.state === 'sending' ? this.#parcels[0] : null;
  }

  /** @param {Chunk} chunk in the order of recording */
  add(chunk) {
    if (!this.#isClosed && chunk.blob.size > 0) this.#chunks.push(chunk);
  }

  /** The recording is over; what is here is all there will be. */
  close() { this.#isClosed = true; }

  holds(number) { return this.#parcels.some((parcel) => parcel.number === number); }

  /**
   * The parcel to send next, now marked as under way; null when there is none, or no room. Until
   * the server has accepted the beginning, nothing else is sent: the beginning may be refused.
   * @returns {Parcel | null}
   */
  next() {
    const sending = this.#parcels.filter((parcel) => parcel.state === 'sending').length;
    if (sending >= (this.#isBegun ? PARCELS_SENDING_MAX : 1)) return null;
    const parcel = this.#parcels.find(({ state }) => state === 'waiting') ?? this.#makeParcel();
    if (!parcel) return null;
    parcel.state = 'sending';
    parcel.tries += 1;
    return parcel;
  }

  /** @param {Parcel} parcel */
  acknowledge(parcel) {
    this.#isBegun = true;
    this.#takenNumber = Math.max(this.#takenNumber, parcel.number);
    this.#parcels = this.#parcels.filter((other) => other !== parcel);
  }

  /**
   * The first parcel did not hold the whole header, which a recorder may hand out in pieces, so
   * nothing of it was taken: it is sent again under the same number, together with what comes next.
   * @returns {boolean} false when so much has come that the header should have been in it
   */
  growBeginning(parcel) {
    const isAllThereIs = this.#isClosed && this.#chunks.length === 0;
    const isFull = parcel.body.size >= this.#limit.bytes || this.#grown === BEGINNING_CHUNKS_MAX;
    if (this.#isBegun || isAllThereIs || isFull) return false;
    this.#grown += 1;
    this.#parcels = [];
    this.#nextNumber = 0;
    const { body, readyAtMs, durationMs } = parcel;
    this.#chunks.unshift({ blob: body, readyAtMs, durationMs });
    this.#chunksNeeded = 2;
    return true;
  }

  /**
   * A proxy refuses a parcel of that size: it and all later ones are cut anew, to the present
   * limit. None of them may be under way any more.
   * @param {Parcel} parcel
   */
  cutAnew(parcel) {
    // A later one has arrived, so this one has too: only the answer was lost.
    if (parcel.number < this.#takenNumber) return this.acknowledge(parcel);
    const again = this.#parcels.filter(({ number }) => number >= parcel.number);
    if (again.length === 0) return undefined;
    this.#parcels = this.#parcels.filter(({ number }) => number < parcel.number);
    this.#nextNumber = again[0].number;
    return this.#chunks.unshift(...again.map(
      ({ body, readyAtMs, durationMs }) => ({ blob: body, readyAtMs, durationMs })));
  }

  /** It did not arrive, or that is not known: it will be sent again. */
  putBack(parcel) { parcel.state = 'waiting'; }

  #makeParcel() {
    const needed = this.#isClosed ? 1 : this.#chunksNeeded;
    if (this.#chunks.length < needed) return null;
    this.#chunksNeeded = 1;
    this.#cutToFit(needed);
    const chunks = this.#chunks.splice(0, this.#countForParcel(needed));
    const blobs = chunks.map((chunk) => chunk.blob);
    const parcel = {
      number: this.#nextNumber,
      body: blobs.length === 1 ? blobs[0] : new Blob(blobs, { type: blobs[0].type }),
      readyAtMs: chunks[0].readyAtMs,
      durationMs: chunks.reduce((sum, chunk) => sum + chunk.durationMs, 0),
      state: 'waiting',
      tries: 0,
    };
    this.#nextNumber += 1;
    this.#parcels.push(parcel);
    return parcel;
  }

  /** Those that have to go into the next parcel together must not be too much for it. */
  #cutToFit(needed) {
    let room = this.#limit.bytes;
    for (let index = 0; index < needed && room > 0; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk.blob.size > room) this.#chunks.splice(index, 1, ...split(chunk, room));
      room -= this.#chunks[index].blob.size;
    }
  }

  /** At least as many as are needed: it is no use to cut a beginning short. */
  #countForParcel(needed) {
    let bytes = 0;
    let mediaMs = 0;
    const tooMany = this.#chunks.findIndex((chunk, index) => {
      bytes += chunk.blob.size;
      mediaMs += chunk.durationMs;
      return index >= needed && (bytes > this.#limit.bytes || mediaMs > PARCEL_MEDIA_MS_MAX);
    });
    return tooMany === -1 ? this.#chunks.length : tooMany;
  }
}

/**
 * A chunk in two. Each half holds its share of the time, as if bytes came evenly.
 * @param {Chunk} chunk
 * @param {number} firstBytes less than the chunk holds
 * @returns {Chunk[]}
 */
function split({ blob, readyAtMs, durationMs }, firstBytes) {
  const firstMs = durationMs * (firstBytes / blob.size);
  return [
    { blob: blob.slice(0, firstBytes, blob.type), readyAtMs, durationMs: firstMs },
    { blob: blob.slice(firstBytes, blob.size, blob.type), readyAtMs, durationMs: durationMs - firstMs },
  ];
}
