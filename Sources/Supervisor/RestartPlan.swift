// Which workers that have died are started again, and when. Each slot has pauses of its own (see
// RestartPolicy), but never all at once: while no worker serves, the one that has least left to wait is
// started at once. Those starts have a distance of their own, `Limits.restartUnservedMs`, so that
// workers none of which can live do not eat the machine. So nobody can stop a server by making its
// workers die in turn: it is without any for that distance and the time of a start.
//
// Pure: times come in, slots come out. One value per pool.

import Settings

struct RestartPlan {
    struct Start: Equatable {
        let slot: Int
        /// It would have had to wait, but nobody else serves.
        let isEarly: Bool
    }

    private var policies: [RestartPolicy]
    /// When the next worker of a slot is due; nil when it needs none.
    private var dueMs: [UInt64?]
    private var lastEarlyMs: UInt64?

    init(slots: Int) {
        policies = [RestartPolicy](repeating: RestartPolicy(), count: slots)
        dueMs = [UInt64?](repeating: nil, count: slots)
    }

    /// The worker of a slot is gone, or could not be started (it lived for 0 ms then).
    /// - Returns: how long its successor waits, unless nobody else serves.
    mutating func workerHasDied(slot: Int, livedMs: UInt64, nowMs: UInt64) -> UInt64 {
        let delayMs = policies[slot].delayMs(livedMs: livedMs)
        dueMs[slot] = nowMs + delayMs
        return delayMs
    }

    /// The next worker to start now; nil when none is to be started now.
    /// - Parameter isServed: whether a worker serves, or is being started.
    mutating func nextStart(nowMs: UInt64, isServed: Bool) -> Start? {
        guard let (slot, due) = first else { return nil }
        let isEarly = due > nowMs
        if isEarly {
            guard !isServed, nowMs >= earlyMs else { return nil }
            lastEarlyMs = nowMs
        }
        dueMs[slot] = nil
        return Start(slot: slot, isEarly: isEarly)
    }

    /// When to ask again; nil when no slot waits.
    func nextLookMs(isServed: Bool) -> UInt64? {
        guard let (_, due) = first else { return nil }
        return isServed ? due : min(due, earlyMs)
    }

    /// From when on a worker may be started early.
    private var earlyMs: UInt64 { lastEarlyMs.map { $0 + Limits.restartUnservedMs } ?? 0 }

    /// The slot that has least left to wait.
    private var first: (slot: Int, dueMs: UInt64)? {
        var first: (slot: Int, dueMs: UInt64)?
        for (slot, due) in dueMs.enumerated() {
            guard let due, due < first?.dueMs ?? .max else { continue }
            first = (slot, due)
        }
        return first
    }
}
