// What the supervisor says to a worker. Each message is one datagram (see ControlDatagram). Only
// `connection` carries a descriptor.

/// From the supervisor to one worker.
package enum ToWorker: Equatable, Sendable {
    /// A freshly accepted TCP connection comes along; it arrived at a listener of this kind. The
    /// number counts from 1 and is never reused. The worker reports the end under it
    /// (`ToSupervisor.ended`).
    case connection(number: UInt64, from: ListenerKind)
    /// The client of that connection has as many as one may have: close it, if it is still there.
    case refuse(number: UInt64)
    /// Finish: GOAWAY, let short requests and live responses end by themselves, end what is left after
    /// `timeoutMs` milliseconds, say `drained`, exit. It may come again with less time. With
    /// `closesIdle`, connections that ask for nothing are closed soon, because the whole server stops;
    /// without, an idle HTTP/1.1 connection still gets an answer to its next request, because a client
    /// could send that request at the very moment of the close.
    case drain(timeoutMs: UInt32, closesIdle: Bool)
    /// The keys of TLS session tickets, `ticketKeyBytes` bytes each (name 16, AES 32, HMAC 32). New
    /// tickets use `current`; both keys are accepted. Sent before the first connection and at each
    /// rotation.
    case ticketKeys(current: [UInt8], previous: [UInt8]?)
    /// Asks for a `pong` with the same token: a loop that turns answers at once.
    case ping(token: UInt64)
    /// From now on this worker does what one worker of the server has to do (`StoreWatch`'s
    /// housekeeping), until it drains. The former lead drains or is gone.
    case lead
    /// The worker of that slot is gone and has no successor: take it out of every ring, then say
    /// `slotReleased`. The slot is given to nobody before that.
    case releaseSlot(UInt8)

    /// The length of one ticket key.
    package static let ticketKeyBytes = 80
}
