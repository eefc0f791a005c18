// What all tracks have in common of one segment: what its record says, and where that is in the ring.

import Media

package struct SegmentFacts: Sendable, Equatable {
    package let ordinal: UInt64
    package let discontinuityOrdinal: UInt64
    package let isIndependent: Bool
    /// For players: it does not continue the segment before, or decoders are set up anew.
    package let isDiscontinuity: Bool
    /// Where it begins on the ring's time line.
    package let mediaTimeMs: Int64
    /// Where the stretch began that it belongs to, in which each segment continues the one before.
    package let unbrokenSinceMs: Int64
    /// The Unix time that belongs to that.
    package let wallMs: UInt64
    /// Of its pictures; nil: that of the header.
    package let setUp: SegmentSetUp?
    /// How segments follow each other; nil as long as they have not come in even steps.
    package let pace: SegmentPace?
    /// Of the entry that is its record.
    private(set) var sequence: UInt64
    private(set) var position: UInt64

    /// - Parameter before: of the segment before; what is equal is kept once.
    init(
        _ record: SegmentRecord, sequence: UInt64, position: UInt64,
        after before: SegmentFacts? = nil
    ) {
        ordinal = record.ordinal
        discontinuityOrdinal = record.discontinuityOrdinal
        isIndependent = record.isIndependent
        isDiscontinuity = record.isDiscontinuity || record.beginsSetUp
        mediaTimeMs = record.mediaTimeMs
        unbrokenSinceMs = record.unbrokenSinceMs
        wallMs = record.wallMs
        setUp = record.setUp == before?.setUp ? before?.setUp : record.setUp
        pace = record.pace
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
