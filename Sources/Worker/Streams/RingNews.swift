// What those who wait for a ring find when they are woken: that it has grown, or that its stream is over.
// Two words, so that it costs little to find out that nobody need be woken.

import SegmentRing
import StreamState

struct RingNews: Equatable {
    private let entryHead: UInt64
    private let isOver: Bool

    /// As of now.
    init(_ ring: Ring) {
        // Looked at first: what was written before the end is in the ring by then.
        isOver = ring.status.endedAtBootMs != 0
        entryHead = ring.entryHead
    }
}
