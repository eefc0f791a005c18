// How often subscribers are told something. Each time costs bytes for every one of them, so the more
// there are, the longer the next time waits: what was sent has to be paid off at a fixed rate first.
//
// Pure: milliseconds of the loop and bytes in, a time out.

struct EventPace {
    private let bytesPerSecond: UInt64
    private let intervalMs: ClosedRange<UInt64>
    private var earliestMs: UInt64 = 0
    /// When everything sent so far is paid off.
    private var paidOffMs: UInt64 = 0

    init(bytesPerSecond: UInt64, intervalMs: ClosedRange<UInt64>) {
        self.bytesPerSecond = bytesPerSecond
        self.intervalMs = intervalMs
    }

    /// When the next time may be.
    var dueMs: UInt64 { max(earliestMs, paidOffMs) }

    /// One time was at `nowMs`.
    mutating func told(nowMs: UInt64) { earliestMs = nowMs + intervalMs.lowerBound }

    /// So many bytes were given to subscribers, all together. No debt lasts longer than the longest
    /// interval.
    mutating func spent(bytes: UInt64, nowMs: UInt64) {
        let costMs = bytes * 1_000 / bytesPerSecond
        paidOffMs = min(max(paidOffMs, nowMs) + costMs, nowMs + intervalMs.upperBound)
    }
}
