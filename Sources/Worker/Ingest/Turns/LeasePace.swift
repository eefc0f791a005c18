// How often the queue of one stream may try to get the writer lease: each try opens and locks a file,
// and maps and checks the ring. The burst is for chunks that come all at once; the steady rate is enough
// for chunks that come in real time. Pure arithmetic; the caller provides the clock.

import Settings

struct LeasePace: Equatable, Sendable {
    private var tries = Limits.leaseTriesAtOnce
    private var atMs: UInt64
    private static let intervalMs = 1_000 / Limits.leaseTriesPerSecond

    init(atMs: UInt64) {
        self.atMs = atMs
    }

    /// Whether one try may be made now; if so, it counts.
    mutating func take(nowMs: UInt64) -> Bool {
        refill(nowMs)
        guard tries > 0 else { return false }
        tries -= 1
        return true
    }

    /// How many milliseconds until the next one may be made.
    func nextAfterMs(nowMs: UInt64) -> UInt64 {
        var pace = self
        pace.refill(nowMs)
        return pace.tries > 0 ? 0 : Self.intervalMs - (nowMs - min(pace.atMs, nowMs))
    }

    /// How many milliseconds until nothing has to be remembered.
    func fullAfterMs(nowMs: UInt64) -> UInt64 {
        var pace = self
        pace.refill(nowMs)
        return (Limits.leaseTriesAtOnce - pace.tries) * Self.intervalMs
    }

    private mutating func refill(_ nowMs: UInt64) {
        let more = (nowMs - min(atMs, nowMs)) / Self.intervalMs
        tries = min(tries + more, Limits.leaseTriesAtOnce)
        atMs = tries == Limits.leaseTriesAtOnce ? nowMs : atMs + more * Self.intervalMs
    }
}
