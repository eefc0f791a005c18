// How large a parcel may be. It is cut before the first try, to less than proxies accept by default
// (a megabyte). If a proxy refuses even that, parcels get smaller: each step is half of the one
// before, down to a size below which requests would be mostly overhead. Pure.

export const PARCEL_BYTES_MAX = 512 * 1024;
const PARCEL_BYTES_FLOOR = 64 * 1024;

export class ParcelLimit {
  #bytes = PARCEL_BYTES_MAX;

  get bytes() { return this.#bytes; }

  /**
   * One of this size was refused for it.
   * @param {number} refusedBytes
   * @returns {boolean} whether a smaller one may help
   */
  refused(refusedBytes) {
    if (refusedBytes <= PARCEL_BYTES_FLOOR) return false;
    while (this.#bytes >= refusedBytes) this.#bytes /= 2;
    return true;
  }
}
