// What the supervisor and a worker say to each other. The supervisor trusts nothing that a worker
// sends: a worker speaks to the whole world and may have been taken over. Each message is one
// datagram (see ControlDatagram); the only descriptor that ever rides along is the connection of
// `ToWorker.connection`.

/// From the supervisor to one worker.
package enum ToWorker: Equatable, Sendable {
    /// A freshly accepted TCP connection rides along; it came in on such a listener. The worker says
    /// by this number, from 1 and given once only, that it has ended (`ToSupervisor.ended`).
    case connection(number: UInt64, from: ListenerKind)
    /// Stop gracefully: GOAWAY, let short requests finish, end live responses after `timeoutMs`
    /// milliseconds, say `drained`, exit.
    case drain(timeoutMs: UInt32)
    /// The keys of TLS session tickets, `ticketKeyBytes` bytes each (name 16, HMAC 32, AES 32): new
    /// tickets use `current`, both are accepted. Sent before the first connection and at each rotation.
    case ticketKeys(current: [UInt8], previous: [UInt8]?)
    /// Asks for a `pong` with the same token: a loop that turns answers at once.
    case ping(token: UInt64)

    /// The length of one ticket key.
    package static let ticketKeyBytes = 80
}

/// From a worker to the supervisor.
package enum ToSupervisor: Equatable, Sendable {
    /// The worker can take connections. `version` is the ControlDatagram version it speaks.
    case ready(version: UInt16, processID: Int32)
    /// The connections that were passed under these numbers have ended, or could not be taken in: 1
    /// to `endedPerMessage` numbers, none of them 0. Each is said once, soon after it is so.
    case ended([UInt64])
    /// Nothing is left to do after `drain`; exit follows.
    case drained
    /// The answer to `ping`.
    case pong(token: UInt64)

    /// How many numbers of connections fit into one message.
    package static let endedPerMessage =
        (ControlDatagram.byteCount - ControlDatagram.headerBytes) / 8
}
