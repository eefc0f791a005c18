// A line of the log that others can cause as often as they like: it is told once, and then not for a
// while, so that nobody fills the disk with it. Pure; one value for each such line.

package struct LogPause {
    private let pauseMs: UInt64
    private var toldAtMs: UInt64?
    private var leftOutCount = 0

    /// - Parameter pauseMs: how long it is left out after it was told.
    package init(ms pauseMs: UInt64) {
        self.pauseMs = pauseMs
    }

    /// Asked each time there is reason to tell it, with the time on the monotonic clock. How often it
    /// was left out since it was told last; nil when it is to be left out now as well.
    package mutating func leftOut(nowMs: UInt64) -> Int? {
        if let toldAtMs, nowMs < toldAtMs + pauseMs {
            leftOutCount += 1
            return nil
        }
        toldAtMs = nowMs
        defer { leftOutCount = 0 }
        return leftOutCount
    }
}
