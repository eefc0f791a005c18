// What the supervisor says to a worker. Each message is one datagram (see ControlDatagram); the only
// descriptor that ever rides along is the connection of `connection`.

/// From the supervisor to one worker.
package enum ToWorker: Equatable, Sendable {
    /// A freshly accepted TCP connection rides along; it came in on such a listener. The worker says
    /// by this number, from 1 and given once only, that it has ended (`ToSupervisor.ended`).
    case connection(number: UInt64, from: ListenerKind)
    /// Stop gracefully: GOAWAY, let short requests finish, end live responses after `timeoutMs`
    /// milliseconds, say `drained`, exit.
    case drain(timeoutMs: UInt32)
    /// The keys of TLS session tickets, `ticketKeyBytes` bytes each (name 16, AES 32, HMAC 32). New
    /// tickets use `current`; both keys are accepted. Sent before the first connection and at each
    /// rotation.
    case ticketKeys(current: [UInt8], previous: [UInt8]?)
    /// Asks for a `pong` with the same token: a loop that turns answers at once.
    case ping(token: UInt64)

    /// The length of one ticket key.
    package static let ticketKeyBytes = 80
}
