// What the server did in the last minutes, from one look to the next. Pure: the clock comes in.

/** How far back the graphs go. */
const SPAN_MS = 5 * 60_000;
/** A shorter line would look like news. */
const LEAST_SPAN_MS = 20_000;
/** Longer than from one look to the next. */
const LOOK_MS = 10_000;
/** More looks than the page makes in that time. */
const MOST = 400;

/**
 * Sums over all streams and workers.
 * @param {object} status what /status says
 * @param {object|null} earlier the same from a look before, for what is per second
 * @returns {{viewers: number, bitrateBps: number, processorPercent: number|null,
 *   processorOf: Map<number, number>}} `processorOf`: per cent by process; empty at the first look.
 */
export function totalsOf(status, earlier) {
  const live = status.streams.filter(({ state }) => state === 'live');
  const sum = (list, value) => list.reduce((total, item) => total + value(item), 0);
  const processorOf = new Map();
  for (const worker of status.workers) {
    const before = earlier?.workers.find(({ pid }) => pid === worker.pid);
    const ms = worker.uptimeMs - (before?.uptimeMs ?? worker.uptimeMs);
    if (ms > 0 && worker.cpuMs !== null && before.cpuMs !== null) {
      processorOf.set(worker.pid, Math.max(0, worker.cpuMs - before.cpuMs) * 100 / ms);
    }
  }
  return {
    viewers: sum(status.streams, (stream) => stream.webmViewers + stream.packagedViewers),
    bitrateBps: sum(live, ({ bitrateBps }) => bitrateBps),
    processorPercent: processorOf.size > 0 ? sum([...processorOf.values()], (part) => part) : null,
    processorOf,
  };
}

export class History {
  #looks = [];

  /** How much time a graph of it is wide: as much as there is, so that there is something to see at once. */
  spanMs(nowMs) {
    const seenMs = nowMs - (this.#looks[0]?.atMs ?? nowMs);
    return Math.min(SPAN_MS, Math.max(LEAST_SPAN_MS, seenMs));
  }

  /** Whether it is as long as it gets. */
  isWhole(nowMs) {
    return this.spanMs(nowMs) > SPAN_MS - LOOK_MS;
  }

  /** @param {object} totals of one look @param {number} nowMs */
  add(totals, nowMs) {
    this.#looks.push({ ...totals, atMs: nowMs });
    while (this.#looks.length > MOST || this.#looks[0].atMs < nowMs - SPAN_MS) this.#looks.shift();
  }

  /** One of the totals over time. @returns {{atMs: number, value: number}[]} */
  of(name) {
    return this.#looks
      .filter((look) => look[name] !== null)
      .map((look) => ({ atMs: look.atMs, value: look[name] }));
  }
}
