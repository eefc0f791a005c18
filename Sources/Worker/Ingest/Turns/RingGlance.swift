// What can be seen of a ring without its lease, as far as those who wait for it are concerned. Doorbells
// ring for everything; only when this has changed is it worth asking for the lease.

import SegmentRing
import StreamState

struct RingGlance: Equatable {
    private let writerSlot: Int?
    private let writerChunk: UInt64?
    private let publisher: PublisherKey
    private let pausedSinceMs: UInt64
    private let endedAtMs: UInt64
    /// While somebody writes, this changes with every commit and says nothing.
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
