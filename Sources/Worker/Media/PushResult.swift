// The result of pushing bytes into a parser.

/// What one push did.
package struct PushResult: Sendable, Equatable {
    package enum Event: Sendable, Equatable {
        case none
        /// A complete header (EBML header, Segment, Info, Tracks) was read: the first one, or that
        /// of a restarted broadcast.
        case initialization(Initialization)
    }

    /// Bytes of the input that were taken. All of them unless there is an event.
    package let consumed: Int
    package let event: Event
    /// How many times input was lost: impossible input was skipped.
    package let losses: Int
}
