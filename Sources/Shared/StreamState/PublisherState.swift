// Words for what happens to a publisher and to its broadcast, in the API, in events and in the log.
// Silent and gone are different. A silent publisher still has a connection, or has begun a
// broadcast of numbered chunks and not broken off. A publisher is gone when its connection is known
// to be gone.
//
// Pure: computed from the words of a ring and the stream's state.

/// What the publisher of a stream is doing.
package enum PublisherState: String, Equatable, Sendable {
    case sending
    case silent
    case gone

    /// - Parameters:
    ///   - hasBrokenOff: its connection ended in mid-broadcast, or nobody knows of it after a restart.
    ///   - isWriting: one of its requests is open.
    ///   - hasSession: its chunks are numbered, so no open request does not mean that it is over.
    package init(_ state: StreamState, hasBrokenOff: Bool, isWriting: Bool, hasSession: Bool) {
        switch state {
        case .live: self = .sending
        case .ended: self = .gone
        case .paused: self = !hasBrokenOff && (isWriting || hasSession) ? .silent : .gone
        }
    }
}

/// Why a broadcast has ended. Numbers are those of the ring's file.
package enum EndReason: UInt64, Equatable, Sendable, CaseIterable {
    /// Somebody entitled to has ended it or has removed its ring.
    case stopped = 1
    /// Its publisher was silent until its grace was over,
    case silent = 2
    /// or was gone until then.
    case gone = 3
    /// Another broadcast took its name.
    case takenOver = 4
    /// Its ring was damaged.
    case server = 5

    /// The reason for a broadcast whose grace is over.
    package init(afterGraceOf publisher: PublisherState) {
        self = publisher == .gone ? .gone : .silent
    }

    package var word: String {
        switch self {
        case .stopped: "stopped"
        case .silent: "silent"
        case .gone: "gone"
        case .takenOver: "taken-over"
        case .server: "server"
        }
    }
}
