// When a dead worker is started again: at once if it lived long enough or died for the first time,
// otherwise after pauses that double, so that a worker that cannot live does not use up the
// machine. Pure: times come in, a delay comes out. One value per seat (see RestartPlan).

import Settings

struct RestartPolicy {
    /// How many workers in a row died before they had lived for `Limits.restartBackoffResetMs`.
    private var quickDeaths = 0

    /// How long to wait before the next start, in milliseconds.
    /// - Parameter livedMs: how long the worker that has just died had lived.
    mutating func delayMs(livedMs: UInt64) -> UInt64 {
        if livedMs >= Limits.restartBackoffResetMs {
            quickDeaths = 0
            return 0
        }
        quickDeaths += 1
        if quickDeaths == 1 { return 0 }
        var delayMs = Limits.restartBackoffFirstMs
        for _ in 2..<quickDeaths where delayMs < Limits.restartBackoffLongestMs { delayMs *= 2 }
        return min(delayMs, Limits.restartBackoffLongestMs)
    }
}
