// Every limit of Weir stands here: what bounds each queue, buffer, table and wait, and why the
// number is what it is. What operators may want to change is a setting (see Setting.swift); the
// rest is fixed, because a limit that nobody has to think about is a limit that holds.

/// The fixed bounds. Sizes are in bytes, times in milliseconds, unless the name says otherwise.
package enum Limits {
    // MARK: Processes

    /// Worker processes. One bit each in the ring's 64-bit masks.
    package static let workers = 64
    /// Listening addresses of one supervisor.
    package static let listeners = 16
    /// Connections one worker holds; beyond it, new ones are closed at once.
    package static let connectionsPerWorker = 20_000
    /// Client: the part of all the connections that the server can hold, a quarter. Four clients can
    /// fill it up to the last tenth, where the part shrinks; an honest one is an office or a café.
    package static let connectionsPerClientPart = 4
    /// Client: that part is never smaller than this, so that a browser and a player have enough where
    /// few open files are allowed.
    package static let connectionsPerClientLeast = 64
    /// Machine: when only this part of all connections is left, the clients' parts shrink with what
    /// is left, so that those who have most are refused first.
    package static let connectionsScarcePart = 10
    /// Client: what is kept for somebody who has few, about as many as a browser opens.
    package static let connectionsOfSmallClient = 8
    /// Machine: the last part of all connections, for such clients alone; the more of it is taken, the
    /// fewer each gets, and the very last go to those who have none.
    package static let connectionsReservedPart = 100
    /// Connections of the admin listener that a worker takes beyond that: one that is full still says
    /// how it is.
    package static let adminConnectionsPerWorker = 64
    /// A worker that has not said READY by then is killed and replaced.
    package static let workerStartMs: UInt64 = 10_000
    /// The first pause before a worker that died young is started again; doubles each time.
    package static let restartBackoffFirstMs: UInt64 = 100
    package static let restartBackoffLongestMs: UInt64 = 5_000
    /// Machine: while no worker serves, one is started again without such a pause, at most this
    /// often: a start costs a tenth of a second of a processor.
    package static let restartUnservedMs: UInt64 = 500
    /// A worker that lived this long counts as healthy: its next restart is immediate.
    package static let restartBackoffResetMs: UInt64 = 10_000
    /// Blocks of memory from this size on go back to the system when they are freed: more than media
    /// needs all the time, less than a password needs for a moment.
    package static let returnedBlockBytes: Int32 = 8 * 1024 * 1024
    /// Worker: how often it is asked whether it lives.
    package static let workerPingMs: UInt64 = 1_000
    /// Worker: how often it is asked while connections are passed to it, so that few go to one that
    /// has just stopped.
    package static let workerPingWhilePassingMs: UInt64 = 200
    /// Worker: one that owes an answer for this long gets no connections until it has answered. A
    /// healthy one answers within a turn of its loop.
    package static let workerLateMs: UInt64 = 300
    /// Worker: one that owes an answer and whose loop has not turned for this long is stuck: it is
    /// killed and replaced. No turn that does its work takes as long.
    package static let workerStuckMs: UInt64 = 5_000
    /// Worker: one whose loop turns but that owes an answer for this long is deaf: it is killed and
    /// replaced. So long because a worker that is merely busy serves people.
    package static let workerDeafMs: UInt64 = 60_000
    /// A worker that should be gone (drained, out of time, channel closed) has this long to exit
    /// before it is killed: longer than `lingerMs` and `orphanExitMs`, which it may use up itself.
    package static let workerExitMs: UInt64 = 4_000
    /// Messages taken from one worker in one turn of the supervisor's loop.
    package static let workerMessagesPerTurn = 64
    /// Connections that may wait to be accepted, per address (the kernel caps it at somaxconn).
    package static let listenBacklog: Int32 = 4_096
    /// Connections accepted from one address in one turn of the loop.
    package static let acceptsPerTurn = 64
    /// When the system is out of descriptors or memory, accepting pauses for this long.
    package static let acceptPauseMs: UInt64 = 100
    /// A condition that lasts is logged at most this often.
    package static let logRepeatMs: UInt64 = 10_000
    /// TLS session ticket keys are replaced this often; the previous ones stay valid once as long.
    package static let ticketKeyRotationMs: UInt64 = 12 * 3_600_000
    /// After the supervisor is gone, a worker ends its connections and exits within this time.
    package static let orphanExitMs: UInt64 = 2_000

    // MARK: Connections

    /// From accept to the end of the TLS handshake.
    package static let handshakeMs: UInt64 = 10_000
    /// A connection without an open request is closed after this time.
    package static let idleConnectionMs: UInt64 = 120_000
    /// What a peer has to take within each such time of what waits for it: a connection of what its
    /// socket refuses or its window holds back, a response of what its own window does. The same
    /// holds for the body of a request, publishing apart. That is 1 KiB/s: less than the worst network
    /// carries, and too much to be had for nothing. Of a connection, a response and a body each.
    package static let progressBytes = 30 * 1024
    package static let progressMs: UInt64 = 30_000
    /// After GOAWAY or a fatal error, what is still to be written has this long.
    package static let lingerMs: UInt64 = 2_000
    /// Cleartext that is staged for one connection before it is encrypted and sent: the most one
    /// connection gets in one turn of the loop.
    package static let stageBytes = 256 * 1024
    /// Requests of one connection that begin before others have their turn. Of a connection.
    package static let requestsPerTurn = 4
    /// No further one of them begins when they have taken this long, in microseconds.
    package static let requestsTurnUs: UInt64 = 100
    /// How long one turn of a worker's loop goes on, by what it does, in microseconds: each of reading
    /// from and sending to connections with live media,
    package static let mediaSliceUs: UInt64 = 1_500
    /// each of the two for all other connections,
    package static let requestSliceUs: UInt64 = 1_000
    /// and these when more live media waits than its slices hold. Of a worker.
    package static let squeezedSliceUs: UInt64 = 300
    /// When so many connections have gone, what they had of memory goes back to the system. Of a worker.
    package static let connectionsPerTrim = 200
    package static let trimDelayMs: UInt64 = 1_000
    /// The most that may wait in the kernel unsent (TCP_NOTSENT_LOWAT), so that little of what a
    /// slow viewer has not read yet is stale.
    package static let notSentLowWaterBytes = 64 * 1024

    // MARK: HTTP

    /// Requests open at once on one connection (SETTINGS_MAX_CONCURRENT_STREAMS).
    package static let streamsPerConnection = 100
    /// The header section of a request, names and values added up.
    package static let headerBytes = 16 * 1024
    /// Header fields of one request.
    package static let headerFields = 100
    /// The request target (path and query).
    package static let targetBytes = 2_048
    /// Dynamic HPACK table for what clients send; ours to them is limited to the same.
    package static let hpackTableBytes = 4_096
    /// Body bytes a client may send on one request before we have taken any.
    package static let requestWindowBytes = 256 * 1024
    /// The same for a whole connection.
    package static let connectionWindowBytes = 2 * 1024 * 1024
    /// From the first byte of a header section to its last.
    package static let headerSectionMs: UInt64 = 15_000
    /// From the header section to the first byte of the body it announces.
    package static let bodyFirstByteMs: UInt64 = 15_000
    /// Between two bytes of a publisher's body that we are willing to read: a live one may be as slow
    /// as it likes otherwise (see ProgressWatch for all other bodies). Of a request.
    package static let bodyIdleMs: UInt64 = 30_000

    /// Bytes of finished responses (pages, lists) that wait because their client does not take them: of
    /// one client, and of a worker. A browser that loads everything at once has some hundred KiB.
    package static let responseBytesPerClient = 16 * 1024 * 1024
    package static let responseBytesPerWorker = 256 * 1024 * 1024
    /// A body of up to this many bytes is not counted: it is no larger than its request.
    package static let freeResponseBytes = 1_024

    // MARK: HTTP/1.1

    /// The longest name of a method; the longest registered one has 17 letters.
    package static let methodBytes = 32
    /// The extensions of one chunk, which mean nothing to anybody.
    package static let chunkExtensionBytes = 256
    /// The trailer section after a chunked body, which is dropped.
    package static let trailerBytes = 4 * 1024
    package static let trailerFields = 20

    // MARK: HTTP/2 abuse. Each is a budget that refills with time (see AbuseGuard).

    /// Streams a client may reset or make us reset, per 10 seconds. Of a connection.
    package static let resetsPer10s = 200
    /// SETTINGS, PING and PRIORITY frames, and WINDOW_UPDATE frames that open no window worth
    /// having, per 10 seconds.
    package static let controlFramesPer10s = 1_000
    /// CONTINUATION frames in one header section.
    package static let continuationFrames = 8
    /// Empty DATA frames without END_STREAM, per 10 seconds.
    package static let emptyDataFramesPer10s = 200
    /// Bytes of frames that lead to nothing (see UselessBytes): at once, and for each second. At 9 bytes
    /// a frame, that is a hundredth of a second of work, and less than a thousandth of each second. Of a
    /// connection.
    package static let uselessBytes = 1024 * 1024
    package static let uselessBytesPerSecond = 64 * 1024
    /// What may still come, without being counted so, of a body that we have cut off: a common window.
    package static let lateBytesPerReset = 64 * 1024
    /// Frames of ours that wait to be sent because the peer does not read (SETTINGS and PING acks).
    package static let outboundControlFrames = 1_000

    // MARK: Publishing

    /// One body with a declared length (one chunk of a chunked broadcast).
    package static let chunkBytes = 64 * 1024 * 1024
    /// Chunks of one broadcast that may wait for an earlier one, on one connection. Small enough
    /// that their windows never fill the connection's, so the missing chunk can still come in.
    package static let waitingChunksPerConnection = 6
    /// Requests to publish that wait in one worker: to be judged, for their turn, for the end of a
    /// header.
    package static let waitingRequestsPerWorker = 1_000
    /// The same of one client: 20 browsers behind one address, each with as many chunks as may wait.
    package static let waitingRequestsPerClient = 128
    /// Those that wait for their turn at one stream in one worker: eight connections of a broadcaster.
    /// One look goes through all of them, and all of them may time out in one turn.
    package static let waitingRequestsPerStream = 48
    /// Bytes of bodies that wait for their turn, in one worker.
    package static let waitingBytesPerWorker = 128 * 1024 * 1024
    /// The same of one client.
    package static let waitingBytesPerClient = 32 * 1024 * 1024
    /// The same for one stream: 32 windows of a request.
    package static let waitingBytesPerStream = 8 * 1024 * 1024
    /// How often a worker tries to get the writer lease of one stream, in the long run and at once: ten
    /// times the chunks a browser sends, and some that come together.
    package static let leaseTriesPerSecond: UInt64 = 100
    package static let leaseTriesAtOnce: UInt64 = 16
    /// How often it does so of its own accord, for all streams for which requests wait: a try costs
    /// about a tenth of a millisecond.
    package static let leaseRetriesPerSecond: UInt64 = 500
    /// How long a chunk waits for its turn (an earlier chunk, or the end of another request's
    /// write).
    package static let chunkTurnMs: UInt64 = 10_000
    /// How often a publisher that waits for another process asks again, should a doorbell be missed
    /// (a writer that was killed rings none).
    package static let chunkRetryMs: UInt64 = 50
    /// A chunk that is sent again waits this long for its first try to end, then takes over from it.
    /// Browsers send a chunk four times a second, and keep only some seconds of them.
    package static let deadTryMs: UInt64 = 1_000
    /// A later chunk of a broadcast that the stream does not have waits this long for the first one.
    package static let unknownSessionMs: UInt64 = 2_000
    /// How long a new broadcast waits for a writer that may just be finishing, before it is refused.
    package static let newBroadcastTurnMs: UInt64 = 300
    /// From the turn of a body that begins a broadcast to the end of its header, the last of Tracks.
    package static let publishHeaderMs: UInt64 = 10_000
    /// A body that completes nothing (no media, no chunk) for this time is dead, unless it moves at
    /// `publishBytesPerSecondLeast`, which earns it more. (See BodyProgress.)
    package static let publishStallMs: UInt64 = 30_000
    /// The same for a chunk that is in already and comes again.
    package static let repeatedChunkMs: UInt64 = 10_000
    /// Less than any uplink on which one could broadcast.
    package static let publishBytesPerSecondLeast: UInt64 = 4 * 1024
    /// Bytes looked at to tell a broken-off broadcast from something that is not WebM at all.
    package static let sniffBytes = 64 * 1024
    /// How long more of such a body is waited for before it is refused.
    package static let sniffMs: UInt64 = 1_000
    /// `Weir-Chunk` session names: 1 to this many characters.
    package static let chunkSessionCharacters = 64
    /// The longest that a publisher who is far ahead of the clock is held back at a time.
    package static let publishHoldBackMs: UInt64 = 300_000
    /// How much media a publisher may send in a hundred milliseconds, in the long run: a little more
    /// than the clock, so that a source whose own clock is fast is not held back sooner or later.
    package static let publishPacePercent: UInt64 = 102
    /// A stream whose publisher has sent nothing for this time counts as paused.
    package static let publisherSilenceMs: UInt64 = 5_000
    /// Live and recently ended streams on one server.
    package static let streams = 1_000
    /// Live and paused streams of one client under open publishing, on one server: a class behind one
    /// address, each pupil with a stream. Counted once a second in each worker, so approximately.
    package static let streamsPerClient = 64
    /// Characters of a stream's name.
    package static let nameCharacters = 3...32
    /// A time in a ring that is further ahead of the clock than this is wrong, the clock was set back or
    /// the file is damaged, and counts as now.
    package static let clockStepMs: UInt64 = 60_000
    /// How long an ended stream stays listed, and its ring on disk.
    package static let endedRetentionMs: UInt64 = 60_000

    // MARK: Accounts

    /// Characters (Unicode scalars) of a password.
    package static let passwordCharacters = 8...256
    /// The body of a request about accounts.
    package static let accountBodyBytes = 8 * 1024
    /// Argon2id with OWASP's second parameter set: memory in KiB, passes, lanes.
    package static let passwordMemoryKiB: UInt32 = 19_456
    package static let passwordPasses: UInt32 = 2
    package static let passwordLanes: UInt32 = 1
    /// The dearest stored hash that is looked at, should somebody have tampered with the store.
    package static let passwordMemoryMostKiB: UInt32 = 256 * 1024
    package static let passwordPassesMost: UInt32 = 16
    package static let passwordLanesMost: UInt32 = 8
    /// Threads of one worker that look into the store.
    package static let accountThreads = 4
    /// Threads of one worker that hash passwords.
    package static let passwordThreads = 2
    /// What may wait for each kind of thread.
    package static let accountQueue = 512
    package static let passwordQueue = 64
    /// What one client may have of the former, in one worker: waiting and in work.
    package static let accountQuestionsPerClient = 64
    /// Passwords of one client that one worker hashes, one at a time, or that wait for it. Only the first
    /// of them takes a place in the queue of all.
    package static let passwordHashesPerClient = 16
    /// Whoever asks something about accounts is answered within this time, if only with 503.
    package static let accountAnswerMs: UInt64 = 5_000
    /// One operation of a store. A MongoDB operation may be tried twice.
    package static let storeOperationMs: UInt64 = 2_000
    /// What a client waits before it asks a store again that did not answer.
    package static let storeRetryMs: UInt64 = 2_000
    /// How often a worker asks the store for a sign of life.
    package static let storeCheckMs: UInt64 = 2_000
    /// A file of accounts up to this size is looked over when somebody has written to it, which takes a
    /// fraction of `accountAnswerMs`.
    package static let accountsFileLookedOverBytes = 64 * 1024 * 1024
    /// How often what has expired is removed from it.
    package static let storeHouseKeepingMs: UInt64 = 600_000
    /// A session ends when it has not been used for this long, and a browser forgets its cookie.
    package static let sessionMs: UInt64 = 30 * 86_400_000
    /// A session in use is prolonged this often.
    package static let sessionTouchMs: UInt64 = 3_600_000
    /// Sessions of one user; beyond it, the oldest goes.
    package static let sessionsPerUser = 50
    /// What is kept of the name a browser gives itself.
    package static let userAgentBytes = 256
    /// Broadcasts that are remembered of one user.
    package static let broadcastsPerUser = 100
    /// Failed attempts to sign in within the window: from one client at one name, which is somebody
    /// who has forgotten a password, and no more,
    package static let attemptsPerNameAndAddress = 10
    /// from one client at all names,
    package static let attemptsPerAddress = 100
    /// and at one name from all clients that are strangers to it: so many that it takes many networks
    /// to keep other strangers out, and too few to guess a password by.
    package static let attemptsPerName = 300
    /// The same for a browser that has signed in to that account before,
    package static let attemptsPerDevice = 10
    /// and for whoever is signed in and confirms a change, in one session.
    package static let attemptsPerSession = 10
    package static let attemptWindowMs: UInt64 = 15 * 60_000
    /// Sign-ins of one client to one name within the window that succeed: each costs a hash.
    package static let signInsPerNameAndAddress = 60
    /// A network from which somebody has signed in to an account is known to it for this long.
    package static let knownNetworkMs: UInt64 = 90 * 86_400_000
    /// A browser that has signed in is known for this long (browsers keep no cookie for more than 400
    /// days).
    package static let knownDeviceMs: UInt64 = 365 * 86_400_000
    /// Changes of one account that every worker has to hear of, within their window.
    package static let streamKeysPerName = 20
    package static let passwordChangesPerName = 20
    package static let accountChangeWindowMs: UInt64 = 3_600_000
    /// Attempts to sign up from one client within the window: a class or a LAN party behind one
    /// address, and no more.
    package static let signUpsPerAddress = 60
    package static let signUpWindowMs: UInt64 = 3_600_000
    /// Counts over their limit that a process remembers; with more, all are forgotten and the store is
    /// asked again.
    package static let refusedAttempts = 10_000
    /// Those of a name are remembered for this long, because a new password gives them back.
    package static let refusedNameMs: UInt64 = 5_000
    /// What a worker remembers of sessions and keys: for this long without asking,
    package static let credentialFreshMs: UInt64 = 2_000
    /// for this long while it asks again,
    package static let credentialStaleMs: UInt64 = 10_000
    /// and for this long when the store does not answer, so that a broadcast goes on.
    package static let credentialTrustMs: UInt64 = 15 * 60_000
    /// How many sessions and keys a worker remembers.
    package static let credentialsRemembered = 10_000
    /// How often the credentials of whoever publishes are looked at again.
    package static let publishRecheckMs: UInt64 = 2_000
    /// From one look at all of them to the next, however often credentials change,
    package static let publishRecheckPauseMs: UInt64 = 100
    /// and how many of them in one turn: each costs some microseconds.
    package static let publishersPerTurn = 64

    /// Broadcasts that are over and whose record the store has not taken yet.
    package static let broadcastsWaiting = 10_000

    // MARK: Media

    /// The init: EBML header, Info and Tracks as served to viewers. CodecPrivate is most of it.
    package static let initializationBytes = 64 * 1024
    /// A block (one frame). A 4K key frame at a very high rate is about 2 MB.
    package static let blockBytes = 4 * 1024 * 1024
    /// Any other element that has to be held whole (a track entry, a cluster's small fields).
    package static let elementBytes = 64 * 1024
    /// ID and size of an element at their longest.
    package static let elementHeaderBytes = 12
    /// Elements nested in one another.
    package static let elementDepth = 8
    /// Tracks of one stream.
    package static let tracks = 8
    /// The longest cluster of a broadcast without video; with video, one starts at every key frame.
    package static let soundClusterDurationMs = 1_000

    // MARK: Ring

    /// The size of a ring's data that an operator may choose (rounded up to a power of two).
    package static let ringBytes = 1 * 1024 * 1024...4 * 1024 * 1024 * 1024
    /// Index entries per ring: at 100 blocks a second, each its own entry, this is over five
    /// minutes.
    package static let ringEntries = 32_768
    /// A ring whose name has gone to a newer one has its viewers for this long: who keeps up has the
    /// rest in much less.
    package static let replacedRingMs: UInt64 = 5_000
    /// Such rings of one name that may be in use: somebody may change camera, microphone and screen in
    /// a few seconds, not more.
    package static let replacedRingsPerName = 3
    /// Viewers of one worker that are reset in one turn of its loop: a few milliseconds of work.
    package static let viewersResetPerTurn = 256
    /// A ring that so many workers have died of while they put it in order is put aside. One may have
    /// been killed by somebody in that moment.
    package static let recoveryDeaths = 2
    /// Damaged rings that the data directory keeps for somebody to look at.
    package static let damagedRingsKept = 4
    /// What rings leave free of the machine's disk for accounts and records, which are small: a fiftieth
    /// of it, at least and at most this. Of a disk below 1 GiB a sixteenth is enough.
    package static let diskReserveBytes: ClosedRange<UInt64> =
        64 * 1024 * 1024...1024 * 1024 * 1024
    /// What the writer may keep with each commit so that another worker can go on (see RingWriter).
    package static let writerStateBytes = 512

    // MARK: Settings

    /// What `ring-seconds` may be: at least a few key frame distances, at most an hour.
    package static let ringMs: ClosedRange<UInt64> = 5_000...3_600_000
    /// What `grace` may be. 0 ends a stream as soon as its broadcaster is gone.
    package static let graceMs: ClosedRange<UInt64> = 0...3_600_000
    /// What `max-lag` may be: shorter than a second would make every viewer skip at every hiccup.
    package static let maxLagMs: ClosedRange<UInt64> = 1_000...600_000
    /// What `drain-timeout` may be.
    package static let drainTimeoutMs: ClosedRange<UInt64> = 0...3_600_000
    /// Networks in `exempt-network`.
    package static let exemptNetworks = 256
    /// Web origins in `cors-origin`.
    package static let corsOrigins = 64
    /// A path in a setting (PATH_MAX without the final NUL).
    package static let pathBytes = 4_095
    /// The configuration file.
    package static let configurationFileBytes = 256 * 1024
    /// The URI of a MongoDB; what the drivers take is longer, what people write is not.
    package static let accountsURIBytes = 4_096
    /// The settings as the supervisor hands them to a worker.
    package static let encodedSettingsBytes = 256 * 1024

    // MARK: Logging

    /// One log line; what is longer is cut and says so. Below PIPE_BUF (4096), so that lines of
    /// several processes on one pipe never mix.
    package static let logLineBytes = 4_096

    // MARK: Delivery

    /// Doorbells of one stream are rung at most this often.
    package static let doorbellIntervalMs: UInt64 = 20
    /// The more viewers a worker has, the longer it gathers media before it wakes them: a millisecond
    /// more for so many viewers, up to the longest interval.
    package static let viewersPerDeliveryMs: UInt64 = 1
    package static let deliveryIntervalLongestMs: UInt64 = 200
    /// Viewers of one worker, all streams together.
    package static let viewersPerWorker = 16_000
    /// The same of one client.
    package static let viewersPerClient = 4_000

    // MARK: Events

    /// Open event responses of one worker.
    package static let eventSubscribersPerWorker = 16_000
    /// The same of one client.
    package static let eventSubscribersPerClient = 4_000
    /// How often streams are looked at for changes that nobody announces, as long as somebody
    /// subscribes.
    package static let eventLookMs: UInt64 = 250
    /// Changes of state are told at once, but no more often than this: the shortest interval, and
    /// the longest when very many listen and somebody changes streams all the time.
    package static let eventStateMs: ClosedRange<UInt64> = 50...1_000
    /// How often figures are told: the shortest interval, and the longest when very many listen.
    package static let eventFiguresMs: ClosedRange<UInt64> = 1_000...30_000
    /// What one worker spends on telling figures.
    package static let eventFiguresBytesPerSecond: UInt64 = 2 * 1024 * 1024
    /// What it spends on changes of state, when there are many: a sixth of a processor.
    package static let eventStateBytesPerSecond: UInt64 = 16 * 1024 * 1024
    /// What it costs to send anything at all to one subscriber, in bytes sent to one that is busy.
    package static let eventWakeBytes = 1_000
    /// A subscriber that has nothing to hear for this time gets a comment.
    package static let eventKeepAliveMs: UInt64 = 15_000
    /// How long clients wait until they connect again: not all the same, because a process that ends
    /// ends all its responses at once.
    package static let eventRetryMs = 500...1_500
    /// Streams that are gone and still remembered, for subscribers that have not heard of it yet.
    package static let eventsGoneKept = 1_000
}
