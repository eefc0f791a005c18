// One process's column of the counter page. The parts of that process count with it without knowing
// which slot is theirs.

/// A value; all copies count in the same place. May be used from any thread.
package struct SlotCounters: Sendable {
    package let page: CounterPage
    package let slot: Int

    package init(_ page: CounterPage, slot: Int) {
        self.page = page
        self.slot = slot
    }

    package func add(_ counter: Counter, _ amount: UInt64 = 1) {
        page.add(counter, amount, slot: slot)
    }

    package func set(_ counter: Counter, _ value: UInt64) {
        page.set(counter, value, slot: slot)
    }

    package func add(_ counter: LabelledCounter, cell: Int) {
        page.add(counter, cell: cell, slot: slot)
    }

    /// - Parameter cell: the place of the label's value, if there is a label.
    package func observe(_ histogram: Histogram, cell: Int = 0, us: UInt64) {
        page.observe(histogram, cell: cell, us: us, slot: slot)
    }

    /// The sum over all processes.
    package func total(_ counter: Counter) -> UInt64 { page.total(counter) }
}

/// How many of something there are now in one process, shown on the counter page.
///
/// Owner: one thread.
package final class Gauge {
    private let counter: Counter
    private let counters: SlotCounters
    package private(set) var count = 0

    package init(_ counter: Counter, in counters: SlotCounters) {
        precondition(counter.isGauge, "a counter only grows")
        self.counter = counter
        self.counters = counters
    }

    package func change(by difference: Int) {
        count += difference
        counters.set(counter, UInt64(count))
    }
}
