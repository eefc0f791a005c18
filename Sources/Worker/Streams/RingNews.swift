// What those who wait for a ring find when they are woken: that it has grown, that its stream is over, or
// that nobody writes it any more, which is when a stream that is over has all of its media. Three words, so
// that it costs little to find out that nobody need be woken.

import SegmentRing
import StreamState

struct RingNews: Equatable {
    private let entryHead: UInt64
    private let isOver: Bool
    private let hasWriter: Bool

    /// As of now.
    init(_ ring: Ring) {
        // Looked at first: what was written before the end is in the ring by then.
        isOver = ring.status.endedAtBootMs != 0
        hasWriter = ring.slots.writer != nil
        entryHead = ring.entryHead
    }
}
