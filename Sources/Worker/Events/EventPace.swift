// How often subscribers are told something. Each time costs bytes for every one of them, so the wait
// grows with their number: what was sent has to be paid off first, at a fixed rate.
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

    /// When subscribers may be told something next.
    var dueMs: UInt64 { max(earliestMs, paidOffMs) }

    /// Subscribers were told something at `nowMs`.
    mutating func told(nowMs: UInt64) { earliestMs = nowMs + intervalMs.lowerBound }

    /// This many bytes were given to all subscribers together. No debt lasts longer than the longest
    /// interval.
    mutating func spent(bytes: UInt64, nowMs: UInt64) {
        let costMs = bytes * 1_000 / bytesPerSecond
        paidOffMs = min(max(paidOffMs, nowMs) + costMs, nowMs + intervalMs.upperBound)
    }
}
