// Which dead workers are started again, and when. Each slot has its own pauses (see RestartPolicy),
// but the slots never all wait: while no worker serves, the one with the least time left is started
// at once. Those early starts keep a distance of their own, `Limits.restartUnservedMs`, so that
// workers that cannot live do not use up the machine. So nobody can stop a server by making its
// workers die in turn: it has no worker only for that distance and the time of a start.
//
// Pure: times come in, slots come out. One value per pool.

import Settings

struct RestartPlan {
    struct Start: Equatable {
        let slot: Int
        /// It would have had to wait, but no other worker serves.
        let isEarly: Bool
    }

    private var policies: [RestartPolicy]
    /// When the next worker of a slot is due; nil if the slot needs none.
    private var dueMs: [UInt64?]
    private var lastEarlyMs: UInt64?

    init(slots: Int) {
        policies = [RestartPolicy](repeating: RestartPolicy(), count: slots)
        dueMs = [UInt64?](repeating: nil, count: slots)
    }

    /// The worker of a slot is gone, or could not be started (then it lived for 0 ms).
    /// - Returns: how long its successor waits, unless no other worker serves.
    mutating func workerHasDied(slot: Int, livedMs: UInt64, nowMs: UInt64) -> UInt64 {
        let delayMs = policies[slot].delayMs(livedMs: livedMs)
        dueMs[slot] = nowMs + delayMs
        return delayMs
    }

    /// The next worker to start now; nil if none is.
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

    /// The earliest time at which a worker may be started early.
    private var earlyMs: UInt64 { lastEarlyMs.map { $0 + Limits.restartUnservedMs } ?? 0 }

    /// The slot with the least time left to wait.
    private var first: (slot: Int, dueMs: UInt64)? {
        var first: (slot: Int, dueMs: UInt64)?
        for (slot, due) in dueMs.enumerated() {
            guard let due, due < first?.dueMs ?? .max else { continue }
            first = (slot, due)
        }
        return first
    }
}
