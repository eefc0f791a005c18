// What can be seen of a ring without its lease by those who wait for it. Doorbells ring for everything;
// the lease is worth asking for only when this has changed.

import SegmentRing
import StreamState

struct RingGlance: Equatable {
    private let writerSlot: Int?
    private let writerChunk: UInt64?
    private let publisher: PublisherKey
    private let pausedSinceMs: UInt64
    private let endedAtMs: UInt64
    /// While a request writes, this changes with every commit and says nothing.
    private let lastIngestMs: UInt64

    init(_ ring: Ring) {
        let status = ring.status
        writerSlot = ring.slots.writer
        writerChunk = status.writerChunk
        publisher = status.publisherKey
        pausedSinceMs = status.pausedSinceBootMs
        endedAtMs = status.endedAtBootMs
        lastIngestMs = writerSlot == nil ? status.lastIngestBootMs : 0
    }
}
