// How often losses of a body are logged: the first one at once, later ones together once in a while. So
// a source that is broken all the time does not fill the log. Pure; times are the caller's.

import Settings

struct LossLog: Equatable {
    private var unloggedCount = 0
    private var loggedAtMs: UInt64?

    /// Adds losses; returns how many there were since the last line when it is time for another.
    mutating func add(_ count: Int, nowMs: UInt64) -> Int? {
        unloggedCount += count
        if let loggedAtMs, nowMs < loggedAtMs + Limits.lossLogIntervalMs { return nil }
        loggedAtMs = nowMs
        defer { unloggedCount = 0 }
        return unloggedCount
    }
}
