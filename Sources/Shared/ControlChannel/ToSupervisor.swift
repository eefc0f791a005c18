// What a worker says to the supervisor. The supervisor trusts none of it: a worker speaks to the
// whole world and may have been taken over. Each message is one datagram (see ControlDatagram).

/// From a worker to the supervisor.
package enum ToSupervisor: Equatable, Sendable {
    /// The worker can take connections. `version` is the ControlDatagram version it speaks, and
    /// `certificateExpiresUnixS` when its certificate expires, in seconds since 1970 (0: not known).
    case ready(version: UInt16, processID: Int32, certificateExpiresUnixS: UInt64)
    /// The worker cannot start: a piece of the reason, as UTF-8, 1 to `reasonPieceBytes` bytes, none of
    /// them 0. The pieces come in order, and the end of the worker follows.
    case failed([UInt8])
    /// The connections that were passed under these numbers have ended, or could not be taken: 1 to
    /// `endedPerMessage` numbers, none of them 0. Each is reported once, soon after it ends.
    case ended([UInt64])
    /// Nothing is left to do after `drain`; exit follows.
    case drained
    /// The header of a `proxied` connection names this client: 4 or 16 bytes of its address. Reported
    /// once at most, before the connection's end.
    case client(number: UInt64, address: [UInt8])
    /// The answer to `ping`.
    case pong(token: UInt64)
    /// The answer to `releaseSlot`: no ring shows that slot's worker any more.
    case slotReleased(slot: UInt8)

    /// How many connection numbers fit into one message.
    package static let endedPerMessage =
        (ControlDatagram.byteCount - ControlDatagram.headerBytes) / 8

    /// How much of a reason fits into one message.
    package static let reasonPieceBytes = ControlDatagram.byteCount - ControlDatagram.headerBytes
    /// How much of a reason is sent and kept, in bytes.
    package static let reasonBytes = 8 * reasonPieceBytes

    /// The messages that say why a worker cannot start.
    package static func failure(_ reason: String) -> [ToSupervisor] {
        var rest = Array(reason.utf8.prefix(reasonBytes))[...]
        for index in rest.indices where rest[index] == 0 { rest[index] = UInt8(ascii: "?") }
        var messages: [ToSupervisor] = []
        while !rest.isEmpty {
            messages.append(.failed(Array(rest.prefix(reasonPieceBytes))))
            rest = rest.dropFirst(reasonPieceBytes)
        }
        return messages
    }
}
