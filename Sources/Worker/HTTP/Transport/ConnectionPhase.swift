// Where a connection is in its life. Each phase holds its own data and no other.
//
// handshaking -> open -> ending -> lingering -> closed. Any of them may be skipped, but none comes
// twice.

enum ConnectionPhase {
    /// TLS has not been agreed on yet.
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
        case .handshaking, .lingering, .closed: nil
        }
    }

    var stage: Stage {
        switch self {
        case .handshaking: .handshaking
        case .open: .open
        case .ending: .ending
        case .lingering: .lingering
        case .closed: .closed
        }
    }

    /// A phase without its data, in the order in which they come.
    enum Stage: Int, CaseIterable {
        case handshaking, open, ending, lingering, closed

        /// A phase never goes back.
        func mayBecome(_ next: Stage) -> Bool {
            next.rawValue > rawValue && !(self == .handshaking && next == .ending)
        }
    }

    /// Goes on to the next phase.
    mutating func become(_ next: ConnectionPhase) {
        precondition(stage.mayBecome(next.stage), "\(stage) does not become \(next.stage)")
        self = next
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
