// What the supervisor says to a worker. Each message is one datagram (see ControlDatagram). Only
// `connection` carries a descriptor.

/// From the supervisor to one worker.
package enum ToWorker: Equatable, Sendable {
    /// A freshly accepted TCP connection comes along; it arrived at a listener of this kind. The
    /// number counts from 1 and is never reused. The worker reports the end under it
    /// (`ToSupervisor.ended`).
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
