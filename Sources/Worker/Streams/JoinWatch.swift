// When it is to be told that nobody can join a live stream. Pure; times are of the loop's clock.

import Settings
import Telemetry

struct JoinWatch {
    /// Since when nobody can join; nil when somebody can.
    private var sinceMs: UInt64?
    private var line = LogPause(ms: Limits.unjoinableLogMs)

    /// The stream is not live, or somebody else looks at it.
    mutating func forget() { sinceMs = nil }

    /// To be asked about once a second. A stream that has just begun may take a moment to its first key
    /// frame; one whose last place to begin is gone has gone too long without.
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
