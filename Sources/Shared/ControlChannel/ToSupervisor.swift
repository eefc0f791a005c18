// What a worker says to the supervisor. The supervisor trusts none of it: a worker speaks to the
// whole world and may have been taken over. Each message is one datagram (see ControlDatagram).

/// From a worker to the supervisor.
package enum ToSupervisor: Equatable, Sendable {
    /// The worker can take connections. `version` is the ControlDatagram version it speaks.
    case ready(version: UInt16, processID: Int32)
    /// The connections that were passed under these numbers have ended, or could not be taken: 1 to
    /// `endedPerMessage` numbers, none of them 0. Each is reported once, soon after it ends.
    case ended([UInt64])
    /// Nothing is left to do after `drain`; exit follows.
    case drained
    /// The answer to `ping`.
    case pong(token: UInt64)

    /// How many connection numbers fit into one message.
    package static let endedPerMessage =
        (ControlDatagram.byteCount - ControlDatagram.headerBytes) / 8
}
