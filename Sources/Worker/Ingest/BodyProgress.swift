// Whether a publisher's body is only slow or is dead. Bytes alone are not progress: one byte every half
// minute would hold a name, a lease and memory for ever. What counts is what the bytes complete: a
// header, a piece of media that viewers get, a chunk. Until then, they have to come at a minimum rate.
//
// A broadcast may be as thin as it likes (the sound of silence is 50 bytes a second), as long as whole
// blocks come. A body that brings nothing at all is silent: its encoder may be frozen, so it has as long
// as its stream lives, which is the operator's grace. A body whose bytes keep coming but complete
// nothing does not count as alive, however long the grace is.
//
// A body that waits for its turn needs no rate: it has `chunkTurnMs` in all. Pure arithmetic; the caller
// provides the clock.

import Settings

struct BodyProgress: Equatable, Sendable {
    enum Stage: Equatable, Sendable {
        /// It has begun a broadcast, and its header is not complete.
        case header
        /// It brings media. Its stream lives for `lifeMs` without any.
        case media(lifeMs: UInt64)
        /// Its chunk is already in the ring; the bytes are read and dropped.
        case repeated
    }

    let stage: Stage
    /// When something was last completed.
    private var sinceMs: UInt64
    /// When bytes, or what they completed, came last.
    private var heardMs: UInt64
    /// Since when bytes have come, without a silence between them, that completed nothing,
    private var dribblesSinceMs: UInt64
    /// and how many bytes those are.
    private var bytes: UInt64 = 0

    init(_ stage: Stage, nowMs: UInt64) {
        self.stage = stage
        sinceMs = nowMs
        heardMs = nowMs
        dribblesSinceMs = nowMs
    }

    /// Bytes came that have completed nothing yet.
    mutating func received(_ count: Int, nowMs: UInt64) {
        if case .media = stage, nowMs >= silentAtMs {
            // A body that was silent and goes on gets the time that it needs to complete something.
            dribblesSinceMs = nowMs
            bytes = 0
        }
        heardMs = nowMs
        bytes += UInt64(count)
    }

    /// Something was completed, or the publisher was being held back.
    mutating func moved(nowMs: UInt64) {
        self = BodyProgress(stage, nowMs: nowMs)
    }

    /// When the body falls silent, or fell silent, if nothing more comes.
    var silentAtMs: UInt64 { heardMs + Limits.publisherSilenceMs }

    /// When the body counts as dead, as things stand.
    func deadlineMs(nowMs: UInt64) -> UInt64 {
        let earnedMs = bytes * 1_000 / Limits.publishBytesPerSecondLeast
        return switch stage {
        case .header: sinceMs + Limits.publishHeaderMs
        case .media(let lifeMs) where bytes == 0 || nowMs >= silentAtMs: sinceMs + lifeMs
        case .media: dribblesSinceMs + Limits.publishStallMs + earnedMs
        case .repeated: sinceMs + Limits.repeatedChunkMs + earnedMs
        }
    }
}
