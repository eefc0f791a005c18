// Limits: the durations of a broadcast. They depend on each other: BroadcastTimes says which must
// be shorter than which, is asked at start, and is held by a test. See Limits.swift.
//
// The order, counted from a publisher's last byte: after 2 s, the same publisher may take over;
// after 5 s, it counts as silent and its stream as paused; when its grace is over too, the stream
// ends. If its connection is known to be gone, the stream is paused at once, and its grace counts
// from there.

extension Limits {
    // MARK: The publisher

    /// Name: a publisher that comes back with a new header takes over from its earlier request when that
    /// has brought nothing for this time. Longer than encoders gather media before they send it (a second,
    /// ffmpeg), shorter than people wait.
    package static let takeOverSilenceMs: UInt64 = 2_000
    /// Name: a publisher that has brought no media for this time is silent: its stream counts as paused,
    /// and its grace begins. Longer than chunks take to follow each other (two seconds).
    package static let publisherSilenceMs: UInt64 = 5_000
    /// Request: how often we note that a publisher which is held back, because it is ahead of the
    /// clock, is neither silent nor gone.
    package static let heldBackNoteMs: UInt64 = 500
    /// Worker: how often we look for streams whose time is over, and so how soon that is noted.
    package static let endNoticeMs: UInt64 = 1_000
    /// Machine: how long an ended stream stays listed, and its ring on disk.
    package static let endedRetentionMs: UInt64 = 60_000

    // MARK: Waiting for a turn

    /// Request: how long a chunk waits for its turn (an earlier chunk, or the end of another request's
    /// write). A body without a number waits longer while the one before it, of the same publisher, moves.
    package static let chunkTurnMs: UInt64 = 10_000
    /// Request: how often a publisher that waits for another process asks again, should a doorbell be
    /// missed (a writer that was killed rings none).
    package static let chunkRetryMs: UInt64 = 50
    /// Request: a chunk that is sent again waits this long for its first try to end, then takes over
    /// from it. Browsers send a chunk four times a second, and keep only some seconds of them.
    package static let deadTryMs: UInt64 = 1_000
    /// Request: a later piece of a broadcast that the stream does not have waits this long for the
    /// first one.
    package static let unknownSessionMs: UInt64 = 2_000
    /// Request: how long a new broadcast waits for a writer that may just be finishing, before it
    /// is refused. A writer that brings something so long after the newcomer came is alive.
    package static let newBroadcastTurnMs: UInt64 = 300
    /// Request: how long a body that came later gives way to one in another worker if that one does
    /// not take its turn (its worker may hang). Longer than a busy machine makes anybody wait.
    package static let giveWayMs: UInt64 = 2_000

    // MARK: Bodies

    /// Request: how long a body that begins a broadcast may take from its turn to the end of its
    /// header (the last of Tracks).
    package static let publishHeaderMs: UInt64 = 10_000
    /// Request: a body whose bytes keep coming and complete nothing (no media, no chunk) for this time is
    /// given up, unless it moves at `publishBytesPerSecondLeast`, which earns it more. One that brings
    /// nothing at all is only silent. (See BodyProgress.)
    package static let publishStallMs: UInt64 = 30_000
    /// Request: the same for a chunk that is in already and comes again.
    package static let repeatedChunkMs: UInt64 = 10_000
}

/// The durations of a broadcast, together with what the operator has chosen, and how they must
/// relate to each other. All in milliseconds.
package struct BroadcastTimes: Equatable, Sendable {
    package let graceMs: UInt64
    var takeOverSilenceMs = Limits.takeOverSilenceMs
    var publisherSilenceMs = Limits.publisherSilenceMs
    var heldBackNoteMs = Limits.heldBackNoteMs
    var endNoticeMs = Limits.endNoticeMs
    var endedRetentionMs = Limits.endedRetentionMs
    var chunkTurnMs = Limits.chunkTurnMs
    var chunkRetryMs = Limits.chunkRetryMs
    var deadTryMs = Limits.deadTryMs
    var unknownSessionMs = Limits.unknownSessionMs
    var newBroadcastTurnMs = Limits.newBroadcastTurnMs
    var giveWayMs = Limits.giveWayMs
    var publishStallMs = Limits.publishStallMs

    package init(graceMs: UInt64) {
        self.graceMs = graceMs
    }

    /// From the last media to the end of a stream whose publisher is silent. The holder of the
    /// stream's lease may be silent for just as long: no constant defeats the grace.
    package var lifeMs: UInt64 { publisherSilenceMs + graceMs }

    /// How long a body that holds the lease may bring nothing. Its stream ends first, and says why.
    package var patienceMs: UInt64 { lifeMs + endNoticeMs }

    /// The conditions that do not hold, in words.
    package var brokenRelations: [String] { relations.filter { !$0.holds }.map(\.words) }

    private var relations: [(words: String, holds: Bool)] {
        [
            (
                "a publisher may take over before it counts as silent",
                takeOverSilenceMs < publisherSilenceMs
            ),
            (
                "a publisher that waits to take over is not sent away before it may",
                publisherSilenceMs < chunkTurnMs
            ),
            (
                "a writer that lives shows it before it can be taken over",
                newBroadcastTurnMs < takeOverSilenceMs
            ),
            (
                "one that is held back is never taken for silent",
                2 * heldBackNoteMs <= takeOverSilenceMs
            ),
            (
                "a chunk that comes again has its turn before it is given up",
                deadTryMs < chunkTurnMs
            ),
            (
                "that a broadcast is over is told before that a chunk is missing",
                unknownSessionMs < chunkTurnMs
            ),
            (
                "who gives way has its turn before it is given up",
                2 * chunkRetryMs < giveWayMs && giveWayMs < chunkTurnMs
            ),
            (
                "a body that dribbles was not silent before it is given up",
                publisherSilenceMs < publishStallMs
            ),
            (
                "why a broadcast is over is known as long as its chunks may wait",
                chunkTurnMs + endNoticeMs < endedRetentionMs
            ),
        ]
    }
}
