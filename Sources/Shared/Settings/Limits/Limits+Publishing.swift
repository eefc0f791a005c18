// Limits: publishing. See Limits.swift.

extension Limits {
    /// Request: one body with a declared length (one chunk of a chunked broadcast).
    package static let chunkBytes = 64 * 1024 * 1024
    /// Connection: chunks of one broadcast that may wait for an earlier one, on one connection. Small
    /// enough that their windows never fill the connection's, so the missing chunk can still come in.
    package static let waitingChunksPerConnection = 6
    /// Worker: requests to publish that wait in one worker: to be judged, for their turn, for the end
    /// of a header.
    package static let waitingRequestsPerWorker = 1_000
    /// Client: the same of one client: 20 browsers behind one address, each with as many chunks as may
    /// wait.
    package static let waitingRequestsPerClient = 128
    /// Name: those that wait for their turn at one stream in one worker: eight connections of a
    /// broadcaster. One look goes through all of them, and all of them may time out in one turn.
    package static let waitingRequestsPerStream = 48
    /// Worker: bytes of bodies that wait for their turn, in one worker.
    package static let waitingBytesPerWorker = 128 * 1024 * 1024
    /// Client: the same of one client.
    package static let waitingBytesPerClient = 16 * 1024 * 1024
    /// Name: the same for one stream: 32 windows of a request.
    package static let waitingBytesPerStream = 8 * 1024 * 1024
    /// Name: how often a worker tries to get the writer lease of one stream, in the long run and at
    /// once: ten times the chunks a browser sends, and some that come together.
    package static let leaseTriesPerSecond: UInt64 = 100
    package static let leaseTriesAtOnce: UInt64 = 16
    /// Worker: how often it does so of its own accord, for all streams for which requests wait: a try
    /// costs about a tenth of a millisecond.
    package static let leaseRetriesPerSecond: UInt64 = 500
    /// Request: how long a chunk waits for its turn (an earlier chunk, or the end of another request's
    /// write).
    package static let chunkTurnMs: UInt64 = 10_000
    /// Request: how often a publisher that waits for another process asks again, should a doorbell be
    /// missed (a writer that was killed rings none).
    package static let chunkRetryMs: UInt64 = 50
    /// Request: a chunk that is sent again waits this long for its first try to end, then takes over
    /// from it. Browsers send a chunk four times a second, and keep only some seconds of them.
    package static let deadTryMs: UInt64 = 1_000
    /// Request: a later chunk of a broadcast that the stream does not have waits this long for the
    /// first one.
    package static let unknownSessionMs: UInt64 = 2_000
    /// Request: how long a new broadcast waits for a writer that may just be finishing, before it is
    /// refused.
    package static let newBroadcastTurnMs: UInt64 = 300
    /// Request: from the turn of a body that begins a broadcast to the end of its header, the last of
    /// Tracks.
    package static let publishHeaderMs: UInt64 = 10_000
    /// Request: a body that completes nothing (no media, no chunk) for this time is dead, unless it
    /// moves at `publishBytesPerSecondLeast`, which earns it more. (See BodyProgress.)
    package static let publishStallMs: UInt64 = 30_000
    /// Request: the same for a chunk that is in already and comes again.
    package static let repeatedChunkMs: UInt64 = 10_000
    /// Request: less than any uplink on which one could broadcast.
    package static let publishBytesPerSecondLeast: UInt64 = 4 * 1024
    /// Request: bytes looked at to tell a broken-off broadcast from something that is not WebM at all.
    package static let sniffBytes = 64 * 1024
    /// Request: how long more of such a body is waited for before it is refused.
    package static let sniffMs: UInt64 = 1_000
    /// Request: `Weir-Chunk` session names: 1 to this many characters.
    package static let chunkSessionCharacters = 64
    /// Request: the longest that a publisher who is far ahead of the clock is held back at a time.
    package static let publishHoldBackMs: UInt64 = 300_000
    /// Request: how much media a publisher may send in a hundred milliseconds, in the long run: a
    /// little more than the clock, so that a source whose own clock is fast is not held back sooner or
    /// later.
    package static let publishPacePercent: UInt64 = 102
    /// Name: a stream whose publisher has sent nothing for this time counts as paused.
    package static let publisherSilenceMs: UInt64 = 5_000
    /// Machine: live and recently ended streams on one server.
    package static let streams = 1_000
    /// Client: live and paused streams of one client under open publishing, on one server: a class
    /// behind one address, each pupil with a stream. Counted once a second in each worker, so
    /// approximately.
    package static let streamsPerClient = 64
    /// Machine: characters of a stream's name.
    package static let nameCharacters = 3...32
    /// Machine: a time in a ring that is further ahead of the ring's clock than this is wrong, since the
    /// file is damaged, and counts as now. More than a process can be held up between two looks.
    package static let ringClockLeadMs: UInt64 = 60_000
    /// Machine: how long an ended stream stays listed, and its ring on disk.
    package static let endedRetentionMs: UInt64 = 60_000
}
