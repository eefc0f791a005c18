// What all tracks have in common of one segment: what its record says, and where that is in the ring.

import Media

package struct SegmentFacts: Sendable, Equatable {
    package let ordinal: UInt64
    package let discontinuityOrdinal: UInt64
    package let isIndependent: Bool
    package let isDiscontinuity: Bool
    /// Where it begins on the ring's time line.
    package let mediaTimeMs: Int64
    /// Where the stretch began that it belongs to, in which each segment continues the one before.
    package let unbrokenSinceMs: Int64
    /// The Unix time that belongs to that.
    package let wallMs: UInt64
    /// Of the entry that is its record.
    private(set) var sequence: UInt64
    private(set) var position: UInt64

    init(_ record: SegmentRecord, sequence: UInt64, position: UInt64) {
        ordinal = record.ordinal
        discontinuityOrdinal = record.discontinuityOrdinal
        isIndependent = record.isIndependent
        isDiscontinuity = record.isDiscontinuity
        mediaTimeMs = record.mediaTimeMs
        unbrokenSinceMs = record.unbrokenSinceMs
        wallMs = record.wallMs
        self.sequence = sequence
        self.position = position
    }

    /// The same as if the ring with which a later one goes on stood right before that: places may wrap around.
    func moved(back sequences: UInt64, bytes: UInt64) -> SegmentFacts {
        var facts = self
        facts.sequence &-= sequences
        facts.position &-= bytes
        return facts
    }
}
