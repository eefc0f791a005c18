// How busy a worker is: what it last reported, plus what has been passed to it since and is still on
// its way. Pure. Reports are a worker's own words, so they are checked against what we know.

struct WorkerLoad: Equatable {
    /// Open connections, as last reported.
    private var reported: UInt64 = 0
    /// Connections passed to the worker since it started.
    private var passed: UInt64 = 0
    /// How many of those the worker had received by its last report.
    private var received: UInt64 = 0

    /// Connections the worker has or will have when it has caught up.
    var connections: UInt64 { reported + (passed - received) }

    mutating func connectionWasPassed() {
        passed += 1
    }

    /// Takes in a report. False: it cannot be true (more received than passed, or fewer than
    /// before), so its sender is broken.
    mutating func report(connections: UInt32, received: UInt64) -> Bool {
        guard received <= passed, received >= self.received else { return false }
        reported = UInt64(connections)
        self.received = received
        return true
    }

    /// The slot with the fewest connections; among equals the next one after `last`, so that a quiet
    /// server uses all its workers. Nil when no slot can take any.
    /// - Parameter loads: connections per slot; nil for a slot that cannot take any now.
    static func leastLoaded(_ loads: [UInt64?], after last: Int) -> Int? {
        guard !loads.isEmpty else { return nil }
        var best: (slot: Int, load: UInt64)?
        for step in 1...loads.count {
            let slot = (last + step) % loads.count
            guard let load = loads[slot] else { continue }
            if let best, best.load <= load { continue }
            best = (slot, load)
        }
        return best?.slot
    }
}
