// Three time stamps in its ring and the clock determine whether a stream is live, paused or ended.
// No process has to write a change of state at the right moment, so none can be lost when one dies.

import Settings

/// What viewers and the API see of a stream.
package enum StreamState: String, Sendable {
    case live
    case paused
    case ended
}

/// The facts in the ring's shared words, all in milliseconds of the ring's clock; 0 means "not".
package struct StreamTimes: Equatable, Sendable {
    var lastIngestMs: UInt64
    var pausedSinceMs: UInt64
    var endedAtMs: UInt64

    package init(lastIngestMs: UInt64, pausedSinceMs: UInt64, endedAtMs: UInt64) {
        self.lastIngestMs = lastIngestMs
        self.pausedSinceMs = pausedSinceMs
        self.endedAtMs = endedAtMs
    }

    /// When the stream fell silent, or will have if nothing more comes.
    private var silentFromMs: UInt64 {
        pausedSinceMs != 0 ? pausedSinceMs : lastIngestMs + Limits.publisherSilenceMs
    }

    package func state(nowMs: UInt64, graceMs: UInt64) -> StreamState {
        if endedAtMs != 0 { return .ended }
        if nowMs < silentFromMs { return .live }
        return nowMs < silentFromMs + graceMs ? .paused : .ended
    }
}
