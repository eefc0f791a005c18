// The limits of Weir: what bounds each queue, buffer, table and wait, whose the limit is, and why
// the number is what it is. What operators may want to change is a setting (see Setting.swift). The
// rest is fixed, because a limit that nobody has to think about is a limit that holds. A number
// that only one file can understand, such as the size of a piece it works in, stands in that file.
//
// Whose a limit is stands first. Connection, Request: of each one. Client: of an IPv4 address or an IPv6
// /64, and `exempt-network` lifts it. Name: of a stream's name. Account: of a user. Worker: of one worker
// process. Machine: of one server, all its workers together. Setting: what an operator may choose.

/// The fixed bounds. Sizes are in bytes, times in milliseconds, unless the name says otherwise.
package enum Limits {
    // MARK: Processes

    /// Machine: worker processes. One bit each in the ring's 64-bit masks.
    package static let workers = 64
    /// Machine: listening addresses of one supervisor.
    package static let listeners = 16
    /// Worker: connections one worker holds; beyond it, new ones are closed at once.
    package static let connectionsPerWorker = 20_000
    /// Client: the part of all the connections that the server can hold, a quarter. Four clients can
    /// fill it up to the last tenth, where the part shrinks; an honest one is an office or a café.
    package static let connectionsPerClientPart = 4
    /// Client: that part is never smaller than this, so that a browser and a player have enough where
    /// few open files are allowed.
    package static let connectionsPerClientLeast = 64
    /// Machine: when only this part of all connections is left, the clients' parts shrink with what is
    /// left, so that those who have most are refused first.
    package static let connectionsScarcePart = 10
    /// Client: connections kept for a client that has few, about as many as a browser opens.
    package static let connectionsOfSmallClient = 8
    /// Machine: the last part of all connections, for such clients alone; the more of it is taken, the
    /// fewer each gets, and the very last go to those who have none.
    package static let connectionsReservedPart = 100
    /// Worker: descriptors that are kept for other things than connections where few open files are
    /// allowed: a doorbell for each slot, the same once more while a worker is started, and some rings.
    package static let ownDescriptors = 160
    /// Worker: how many connections of the admin listener a worker takes beyond that: a full worker
    /// still says how it is.
    package static let adminConnectionsPerWorker = 64
    /// Machine: streams that have metrics of their own. Each has nine series, and a Prometheus that
    /// gets a new one for every name that was ever published drowns in them.
    package static let streamsInMetrics = 200
    /// Machine: how long the program that takes over in an upgrade has until it can serve.
    package static let upgradeMs: UInt64 = 60_000
    /// Machine: how long two supervisors wait for each other's next word in an upgrade. Neither of them
    /// waits for anybody else then.
    package static let handoverMs: UInt64 = 10_000
    /// Machine: how long a program that can serve waits until the running one lets it. Longer than that one
    /// may take (`handoverMs`), so that it never gives up what it was just given.
    package static let takeChargeMs: UInt64 = 3 * handoverMs
    /// Worker: a worker that has not said READY by then is killed and replaced.
    package static let workerStartMs: UInt64 = 10_000
    /// Worker: the first pause before a worker that died young is started again; it doubles each
    /// time.
    package static let restartBackoffFirstMs: UInt64 = 100
    package static let restartBackoffLongestMs: UInt64 = 5_000
    /// Machine: while no worker serves, one is started again without such a pause, at most this often:
    /// a start costs a tenth of a second of a processor.
    package static let restartUnservedMs: UInt64 = 500
    /// Worker: a worker that lived this long counts as healthy: its next restart is immediate.
    package static let restartBackoffResetMs: UInt64 = 10_000
    /// Worker: blocks of memory from this size on go back to the system when they are freed: more than
    /// media needs all the time, less than a password needs for a moment.
    package static let returnedBlockBytes: Int32 = 8 * 1024 * 1024
    /// Worker: how often a worker is asked whether it is alive.
    package static let workerPingMs: UInt64 = 1_000
    /// Worker: how often it is asked while connections are passed to it, so that few go to a worker
    /// that has just stopped.
    package static let workerPingWhilePassingMs: UInt64 = 200
    /// Worker: a worker that owes an answer for this long gets no connections until it has
    /// answered. A healthy one answers within a turn of its loop.
    package static let workerLateMs: UInt64 = 300
    /// Worker: a worker that owes an answer and whose loop has not turned for this long is stuck:
    /// it is killed and replaced. No working turn takes as long.
    package static let workerStuckMs: UInt64 = 5_000
    /// Worker: a worker whose loop turns but that owes an answer for this long is deaf: it is
    /// killed and replaced. The time is long because a worker that is merely busy serves people.
    package static let workerDeafMs: UInt64 = 60_000
    /// Worker: a worker that should be gone (drained, out of time, channel closed) has this long to
    /// exit before it is killed: longer than `lingerMs` and `orphanExitMs`, which it may use up
    /// itself.
    package static let workerExitMs: UInt64 = 4_000
    /// Worker: messages taken from one worker in one turn of the supervisor's loop.
    package static let workerMessagesPerTurn = 64
    /// Machine: connections that may wait to be accepted, per address (the kernel caps it at
    /// somaxconn).
    package static let listenBacklog: Int32 = 4_096
    /// Machine: connections accepted from one address in one turn of the loop.
    package static let acceptsPerTurn = 64
    /// Machine: when the system is out of descriptors or memory, accepting pauses for this long.
    package static let acceptPauseMs: UInt64 = 100
    /// Machine: a condition that lasts is logged at most this often.
    package static let logRepeatMs: UInt64 = 10_000
    /// Machine: the log says each day that the certificate expires when it has fewer days left. ACME
    /// clients renew with thirty left, so by then that has failed.
    package static let certificateSoonDays: UInt64 = 21
    /// Machine: it says so as an error when fewer days are left.
    package static let certificateNowDays: UInt64 = 3
    /// Machine: how often the certificate's days are counted.
    package static let certificateLookMs: UInt64 = 24 * 3_600_000
    /// Machine: TLS session ticket keys are replaced this often; the previous ones stay valid once as
    /// long.
    package static let ticketKeyRotationMs: UInt64 = 12 * 3_600_000
    /// Worker: after the supervisor is gone, a worker ends its connections and exits within this time.
    package static let orphanExitMs: UInt64 = 2_000
    /// Worker: a worker whose supervisor is gone is gone itself after this time, so its slot can have
    /// another one.
    package static let orphanGoneMs: UInt64 = orphanExitMs + 1_000

    // MARK: Logging

    /// Machine: one log line; what is longer is cut and says so. Below PIPE_BUF (4096), so that lines
    /// of several processes on one pipe never mix.
    package static let logLineBytes = 4_096
}
