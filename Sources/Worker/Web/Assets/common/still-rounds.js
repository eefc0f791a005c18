// Which stills of broadcasts to fetch now: those that are in view, each again after a while, few at a
// time. Pure: what happens and the time in, keys out.

/** A browser opens about as many connections, and more would only wait for each other. */
const AT_ONCE = 6;
/** How old a picture may be that is looked at. */
const EVERY_MS = 10_000;

export class StillRounds {
  /** @type {Map<unknown, {isInView: boolean, dueMs: number, isLoading: boolean}>} */
  #entries = new Map();

  /** There is one, or its address has changed: it is wanted at once. */
  add(key, nowMs) {
    const known = this.#entries.get(key);
    this.#entries.set(key, {
      isInView: known?.isInView ?? false, dueMs: nowMs, isLoading: known?.isLoading ?? false,
    });
  }

  remove(key) { this.#entries.delete(key); }

  see(key, isInView) {
    const entry = this.#entries.get(key);
    if (entry) entry.isInView = isInView;
  }

  /** Those to be fetched now, the longest due first. Each is to be `done` some time. */
  take(nowMs) {
    const all = [...this.#entries];
    const loading = all.filter(([, entry]) => entry.isLoading).length;
    const due = all.filter(([, { isInView, isLoading, dueMs }]) => (
      isInView && !isLoading && dueMs <= nowMs));
    due.sort(([, one], [, other]) => one.dueMs - other.dueMs);
    const taken = due.slice(0, Math.max(AT_ONCE - loading, 0));
    for (const [, entry] of taken) entry.isLoading = true;
    return taken.map(([key]) => key);
  }

  /** It has come, or has not. */
  done(key, nowMs) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.isLoading = false;
    entry.dueMs = nowMs + EVERY_MS;
  }
}
