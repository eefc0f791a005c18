// How far a media playlist has got: what the answer to a request for it depends on.

package struct PlaylistProgress: Sendable, Equatable {
    /// The ordinal of the segment that is being made, or comes next. All before it are whole.
    package var nextSegment: UInt64
    /// How many parts of it are listed.
    package var nextParts: UInt64
    /// How many parts the last whole segment has; 0 when it has none to ask for, like a gap.
    package var lastParts: UInt64
    /// Nil when the stream offers no low latency: then directives mean nothing.
    package var control: ServerControl?
    package var hasEnded: Bool

    package init(
        nextSegment: UInt64, nextParts: UInt64, lastParts: UInt64, control: ServerControl?,
        hasEnded: Bool
    ) {
        self.nextSegment = nextSegment
        self.nextParts = nextParts
        self.lastParts = lastParts
        self.control = control
        self.hasEnded = hasEnded
    }

    /// Whether a segment is there as a whole, or a later one is.
    package func has(segment: UInt64) -> Bool { segment < nextSegment }

    /// Whether a part of a segment is there, or a later one is. A part past the last one of its segment is
    /// the first part of the next segment.
    package func has(part: UInt64, of segment: UInt64) -> Bool {
        if segment == nextSegment { return part < nextParts }
        guard segment < nextSegment else { return false }
        let isLast = segment == nextSegment - 1
        return !isLast || lastParts == 0 || part < lastParts || nextParts > 0
    }

    /// Whether a segment is the last whole one, or was not whole yet.
    package func isNews(segment: UInt64) -> Bool {
        segment >= nextSegment || nextSegment - segment == 1
    }

    /// By how many parts a part is ahead of the newest one: the fewest that have to come until it, since
    /// nobody knows how many a segment will have.
    func partsAhead(_ part: UInt64, of segment: UInt64) -> UInt64 {
        guard !has(part: part, of: segment) else { return 0 }
        if segment < nextSegment { return part - lastParts + 1 }
        if segment == nextSegment { return part - nextParts + 1 }
        return (segment - nextSegment) &+ part
    }
}
