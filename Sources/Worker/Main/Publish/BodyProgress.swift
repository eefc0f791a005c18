// Whether a publisher's body is only slow or is dead. Bytes alone are no progress: one every half
// minute would hold a name, a lease and memory for ever. What counts is what they complete: a header, a
// piece of media that viewers get, a chunk; and until then, that they come at some rate.
//
// A broadcast may be as thin as it likes (sound of silence is 50 bytes a second), as long as whole
// blocks come. One that brings none is paused after `publisherSilenceMs` and ended by its grace; this
// here ends the request, so that nobody depends on how long an operator's grace is.
//
// A body that waits for its turn needs no rate: it has `chunkTurnMs` in all. Pure arithmetic; the caller
// provides the clock.

import Settings

struct BodyProgress: Equatable, Sendable {
    enum Stage: Equatable, Sendable {
        /// It has begun a broadcast, and its header is not complete.
        case header
        /// It brings media.
        case media
        /// Its chunk is in already; what comes is read and dropped.
        case repeated
    }

    let stage: Stage
    /// When something was last completed.
    private var sinceMs: UInt64
    /// What has come since then.
    private var bytes: UInt64 = 0

    init(_ stage: Stage, nowMs: UInt64) {
        self.stage = stage
        sinceMs = nowMs
    }

    /// Bytes came that have completed nothing yet.
    mutating func received(_ count: Int) {
        bytes += UInt64(count)
    }

    /// Something was completed, or the publisher was not allowed to send.
    mutating func moved(nowMs: UInt64) {
        sinceMs = nowMs
        bytes = 0
    }

    /// When the body counts as dead, as things stand.
    var deadlineMs: UInt64 {
        let earnedMs = bytes * 1_000 / Limits.publishBytesPerSecondLeast
        return switch stage {
        case .header: sinceMs + Limits.publishHeaderMs
        case .media: sinceMs + Limits.publishStallMs + earnedMs
        case .repeated: sinceMs + Limits.repeatedChunkMs + earnedMs
        }
    }
}
