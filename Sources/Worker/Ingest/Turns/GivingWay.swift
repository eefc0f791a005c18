// Bodies without numbers are written in the order in which their requests came, across all workers. Each
// worker notes on the ring since when its oldest one waits, and a later one gives way. It does so only
// for a moment, because the worker with the older one may hang. Pure.

import Settings

/// The oldest body without a number that waits in another worker.
struct BodyElsewhere: Equatable, Sendable {
    let slot: Int
    /// Microseconds of the monotonic clock.
    let arrivedUs: UInt64
}

struct GivingWay: Equatable, Sendable {
    /// The slot of the worker in which it waits.
    let slot: Int
    private struct Wait: Equatable, Sendable {
        let oldestUs: UInt64
        let sinceMs: UInt64
    }
    /// The body that another gave way to, and since when the lease has been free for it.
    private var wait: Wait?

    init(slot: Int) {
        self.slot = slot
    }

    /// A request is writing.
    mutating func leaseIsHeld() { wait = nil }

    /// The workers that have older bodies than that one, one bit for each. 0: the turn is this body's.
    mutating func slotsBefore(
        _ arrivedUs: UInt64, among others: [BodyElsewhere], nowMs: UInt64
    ) -> UInt64 {
        let before = others.filter { other in
            other.arrivedUs < arrivedUs || (other.arrivedUs == arrivedUs && other.slot < slot)
        }
        guard let oldestUs = before.map(\.arrivedUs).min() else { return 0 }
        // Each older body has its own time in which to take its turn.
        let wait =
            wait.flatMap { $0.oldestUs == oldestUs ? $0 : nil }
            ?? Wait(
                oldestUs: oldestUs, sinceMs: nowMs)
        self.wait = wait
        guard nowMs < wait.sinceMs + Limits.giveWayMs else { return 0 }
        return before.reduce(0) { $0 | 1 << UInt64($1.slot) }
    }
}
