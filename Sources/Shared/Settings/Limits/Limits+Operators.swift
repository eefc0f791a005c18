// Limits: what operators ask of a running server. See Limits.swift.

extension Limits {
    /// Machine: connections to the control socket at once; each is one question of an operator.
    package static let operatorConnections = 16
    /// Machine: connections that may wait there to be accepted.
    package static let operatorBacklog: Int32 = 64
    /// Machine: connections accepted there in one turn of the loop.
    package static let operatorAcceptsPerTurn = 8
    /// Connection: a request at the control socket; the longest has forty bytes.
    package static let operatorRequestBytes = 4_096
    /// Connection: what waits to be read there. The status of 64 workers has 20 KB.
    package static let operatorAnswerBytes = 256 * 1_024
    /// Connection: how long a request may take to come, and an answer to be taken.
    package static let operatorPatienceMs: UInt64 = 5_000
    /// Machine: how often the progress of a drain is told.
    package static let operatorProgressMs: UInt64 = 250
    /// Connection: how long a command waits for an answer that should come at once.
    package static let commandPatienceMs: UInt64 = 5_000
    /// Connection: the longest answer that a command takes. Ten thousand streams have 5 MB.
    package static let commandAnswerBytes = 64 * 1_024 * 1_024
}
