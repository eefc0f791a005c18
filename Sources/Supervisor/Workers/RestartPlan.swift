// Which dead workers are started again, and when. Each seat has its own pauses (see RestartPolicy),
// but the seats never all wait: while no worker serves, the one with the least time left is started
// at once. Those early starts keep a distance of their own, `Limits.restartUnservedMs`, so that
// workers that cannot live do not use up the machine. So nobody can stop a server by making its
// workers die in turn: it has no worker only for that distance and the time of a start.
//
// Pure: times come in, seats come out. One value per generation.

import Settings

struct RestartPlan {
    struct Start: Equatable {
        let seat: Int
        /// It would have had to wait, but no other worker serves.
        let isEarly: Bool
    }

    private var policies: [RestartPolicy]
    /// When the next worker for a seat is due; nil if the seat needs none.
    private var dueMs: [UInt64?]
    private var lastEarlyMs: UInt64?

    init(seats: Int) {
        policies = [RestartPolicy](repeating: RestartPolicy(), count: seats)
        dueMs = [UInt64?](repeating: nil, count: seats)
    }

    /// The worker of a seat is gone, or could not be started (then it lived for 0 ms).
    /// - Returns: how long its successor waits, unless no other worker serves.
    mutating func workerHasDied(seat: Int, livedMs: UInt64, nowMs: UInt64) -> UInt64 {
        let delayMs = policies[seat].delayMs(livedMs: livedMs)
        dueMs[seat] = nowMs + delayMs
        return delayMs
    }

    /// A seat whose worker was gone has got one from elsewhere.
    mutating func seatIsTaken(_ seat: Int) {
        policies[seat] = RestartPolicy()
        dueMs[seat] = nil
    }

    /// The next worker to start now; nil if none is.
    /// - Parameter isServed: whether a worker serves, or is being started.
    mutating func nextStart(nowMs: UInt64, isServed: Bool) -> Start? {
        guard let (seat, due) = first else { return nil }
        let isEarly = due > nowMs
        if isEarly {
            guard !isServed, nowMs >= earlyMs else { return nil }
            lastEarlyMs = nowMs
        }
        dueMs[seat] = nil
        return Start(seat: seat, isEarly: isEarly)
    }

    /// When to ask again; nil when no seat waits.
    func nextLookMs(isServed: Bool) -> UInt64? {
        guard let (_, due) = first else { return nil }
        return isServed ? due : min(due, earlyMs)
    }

    /// The earliest time at which a worker may be started early.
    private var earlyMs: UInt64 { lastEarlyMs.map { $0 + Limits.restartUnservedMs } ?? 0 }

    /// The seat with the least time left to wait.
    private var first: (seat: Int, dueMs: UInt64)? {
        var first: (seat: Int, dueMs: UInt64)?
        for (seat, due) in dueMs.enumerated() {
            guard let due, due < first?.dueMs ?? .max else { continue }
            first = (seat, due)
        }
        return first
    }
}
