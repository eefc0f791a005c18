// Where a connection is in its life. Each phase holds its own data and no other.
//
// introducing -> handshaking -> open -> ending -> lingering -> closed. Any of them may be skipped, but none comes
// twice.

enum ConnectionPhase {
    /// It comes from a proxy, which has not said yet for whom.
    case introducing(ProxyHeader)
    /// TLS has not been agreed on yet. A connection in plain text does not stay here.
    case handshaking
    /// Requests are served.
    case open(any ProtocolSession)
    /// The end is announced (GOAWAY), and comes within lingerMs whatever the peer does. Bytes that have
    /// to be sent still go out.
    case ending(any ProtocolSession)
    /// Everything has been sent. What the peer still sends is thrown away until it closes too, because
    /// closing a socket with unread input destroys output that the peer has not read yet.
    case lingering
    case closed

    /// The session, while there is one.
    var session: (any ProtocolSession)? {
        switch self {
        case .open(let session), .ending(let session): session
        case .introducing, .handshaking, .lingering, .closed: nil
        }
    }

    var stage: Stage {
        switch self {
        case .introducing: .introducing
        case .handshaking: .handshaking
        case .open: .open
        case .ending: .ending
        case .lingering: .lingering
        case .closed: .closed
        }
    }

    /// A phase without its data, in the order in which they come.
    enum Stage: Int, CaseIterable {
        case introducing, handshaking, open, ending, lingering, closed

        /// A phase never goes back.
        func mayBecome(_ next: Stage) -> Bool {
            switch self {
            case .introducing: next != .introducing && next != .ending
            case .handshaking: next.rawValue > rawValue && next != .ending
            default: next.rawValue > rawValue
            }
        }
    }

    /// Takes bytes of the header of a proxy; nil in other phases.
    mutating func takeHeader(
        _ bytes: Span<UInt8>, from position: inout Int
    ) -> ProxyHeader.Outcome? {
        guard case .introducing(var header) = self else { return nil }
        let outcome = header.take(bytes, from: &position)
        self = .introducing(header)
        return outcome
    }

    /// The next phase, if it may follow.
    func becoming(_ next: ConnectionPhase) -> ConnectionPhase {
        precondition(stage.mayBecome(next.stage), "\(stage) does not become \(next.stage)")
        return next
    }
}

/// A session calls methods that may end its connection. The end has to wait until the session has
/// returned.
enum SessionCall {
    case none
    /// The session is running further up the call stack.
    case running
    /// The session is running, and the connection is to end when it has returned.
    case closing(CloseCause)
}
