// When to report that no viewer can join a live stream. Pure; times are of the loop's clock.

import Settings
import Telemetry

struct JoinWatch {
    /// Since when no viewer can join; nil when viewers can.
    private var sinceMs: UInt64?
    private var line = LogPause(ms: Limits.unjoinableLogMs)

    /// The stream is not live, or another worker watches it.
    mutating func forget() { sinceMs = nil }

    /// Whether to report it now. Ask about once a second. A new stream may take a moment until its first
    /// key frame; a stream whose last place to begin is gone has been too long without one.
    mutating func mustTell(isJoinable: Bool, hasLostItsStart: Bool, nowMs: UInt64) -> Bool {
        guard !isJoinable else {
            sinceMs = nil
            return false
        }
        let startMs = sinceMs ?? nowMs
        sinceMs = startMs
        guard hasLostItsStart || nowMs >= startMs + Limits.startOverdueMs else { return false }
        return line.leftOut(nowMs: nowMs) != nil
    }
}
