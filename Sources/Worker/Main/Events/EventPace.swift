// How often figures are told. Each costs bytes for every subscriber, so the more subscribers and
// streams there are, the longer the next ones wait: what is sent has to be paid off at a fixed rate
// first. Changes of state never wait, but count.
//
// Pure: milliseconds of the loop and bytes in, a decision out.

struct EventPace {
    private let bytesPerSecond: UInt64
    private let intervalMs: ClosedRange<UInt64>
    private var lastFiguresMs: UInt64?
    /// When everything sent so far is paid off.
    private var paidOffMs: UInt64 = 0

    init(bytesPerSecond: UInt64, intervalMs: ClosedRange<UInt64>) {
        self.bytesPerSecond = bytesPerSecond
        self.intervalMs = intervalMs
    }

    /// Whether figures may be told now.
    func isDue(nowMs: UInt64) -> Bool {
        guard let lastFiguresMs else { return true }
        return nowMs >= max(lastFiguresMs + intervalMs.lowerBound, paidOffMs)
    }

    /// Figures were told at `nowMs`.
    mutating func toldFigures(nowMs: UInt64) { lastFiguresMs = nowMs }

    /// So many bytes were given to subscribers, all together. No debt lasts longer than the longest
    /// interval.
    mutating func spent(bytes: UInt64, nowMs: UInt64) {
        let costMs = bytes * 1_000 / bytesPerSecond
        paidOffMs = min(max(paidOffMs, nowMs) + costMs, nowMs + intervalMs.upperBound)
    }
}
