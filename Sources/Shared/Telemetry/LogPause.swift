// For a log line that others can cause as often as they like. It is written once, and then not for
// a while, so that nobody fills the disk with it. Pure; one value for each such line.

package struct LogPause {
    private let pauseMs: UInt64
    private var toldAtMs: UInt64?
    private var leftOutCount = 0

    /// - Parameter pauseMs: how long the line is left out after it was written.
    package init(ms pauseMs: UInt64) {
        self.pauseMs = pauseMs
    }

    /// Call it each time there is reason to write the line, with the time on the monotonic clock.
    /// Returns how often the line was left out since it was last written; nil if it is to be left
    /// out now as well.
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
