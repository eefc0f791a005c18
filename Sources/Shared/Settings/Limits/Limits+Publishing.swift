// Limits: publishing. See Limits.swift.

extension Limits {
    /// Request: one body with a declared length (one chunk of a chunked broadcast).
    package static let chunkBytes = 64 * 1024 * 1024
    /// Connection: chunks of one broadcast that may wait for an earlier one, on one connection. Small
    /// enough that their windows never fill the connection's, so the missing chunk can still come in.
    package static let waitingChunksPerConnection = 6
    /// Worker: requests to publish that wait in one worker: for a decision, for their turn, for the
    /// end of a header.
    package static let waitingRequestsPerWorker = 1_000
    /// Client: such requests of one client: 20 browsers behind one address, each with as many
    /// chunks as may wait.
    package static let waitingRequestsPerClient = 128
    /// Name: how many requests wait for their turn at one stream in one worker: eight connections
    /// of a broadcaster. One look goes through all of them, and all may time out in one turn.
    package static let waitingRequestsPerStream = 48
    /// Worker: bytes of bodies that wait for their turn, in one worker.
    package static let waitingBytesPerWorker = 128 * 1024 * 1024
    /// Client: such bytes of one client.
    package static let waitingBytesPerClient = 16 * 1024 * 1024
    /// Name: such bytes for one stream: 32 windows of a request.
    package static let waitingBytesPerStream = 8 * 1024 * 1024
    /// Name: how often a worker tries to get the writer lease of one stream, in the long run and at
    /// once: ten times the chunks a browser sends, and some that come together.
    package static let leaseTriesPerSecond: UInt64 = 100
    package static let leaseTriesAtOnce: UInt64 = 16
    /// Worker: how often it does so of its own accord, for all streams for which requests wait: a try
    /// costs about a tenth of a millisecond.
    package static let leaseRetriesPerSecond: UInt64 = 500
    /// Request: less than any uplink on which one could broadcast.
    package static let publishBytesPerSecondLeast: UInt64 = 4 * 1024
    /// Request: how many bytes are examined to tell an interrupted broadcast from something that is
    /// not WebM at all.
    package static let sniffBytes = 64 * 1024
    /// Request: how long such a body may take to bring more before it is refused.
    package static let sniffMs: UInt64 = 1_000
    /// Request: `Weir-Chunk` session names: 1 to this many characters.
    package static let chunkSessionCharacters = 64
    /// Request: how long a publisher who is far ahead of the clock is held back at a time, at most.
    package static let publishHoldBackMs: UInt64 = 300_000
    /// Request: how much media a publisher may send in a hundred milliseconds, in the long run: a
    /// little more than the clock, so that a source whose own clock is fast is not held back sooner or
    /// later.
    package static let publishPacePercent: UInt64 = 102
    /// Machine: live and recently ended streams on one server. Every worker maps the ring of each, in up to
    /// six pieces, and Linux gives a process 65,530 of these.
    package static let streams = 4_000
    /// Client: live and paused streams of one client under open publishing, on one server: a class
    /// behind one address, each pupil with a stream. Counted once a second in each worker, so
    /// approximately.
    package static let streamsPerClient = 64
    /// Machine: characters of a stream's name.
    package static let nameCharacters = 3...32
    /// Machine: a time in a ring that is further ahead of the ring's clock than this is wrong,
    /// because the file is damaged; it counts as now. More than a process can be delayed between
    /// two looks.
    package static let ringClockLeadMs: UInt64 = 60_000
}
