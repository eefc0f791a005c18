// Where a connection stands in its life, with what belongs to that and to nothing else.
//
// handshaking -> open -> ending -> lingering -> closed. Any of them may be left out, none comes twice, and
// none comes back.

enum ConnectionPhase {
    /// TLS is not agreed on.
    case handshaking
    /// Requests are served.
    case open(any ProtocolSession)
    /// The end is announced (GOAWAY), and comes within lingerMs whatever the peer does. What has to be said
    /// still goes out.
    case ending(any ProtocolSession)
    /// Everything is said; what the peer still sends is thrown away until it closes too, because closing a
    /// socket with unread input destroys output that the peer has not read yet.
    case lingering
    case closed

    /// What the connection carries, as long as it carries something.
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

    /// A phase without what belongs to it, in the order in which they come.
    enum Stage: Int, CaseIterable {
        case handshaking, open, ending, lingering, closed

        /// Nothing is announced that has not begun.
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

/// A session calls what may end its connection. That has to wait until the session has returned.
enum SessionCall {
    case none
    /// The session is running further up the call stack.
    case running
    /// The same, and the connection is to end when it has returned.
    case closing(CloseCause)
}
