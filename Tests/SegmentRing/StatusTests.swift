// The words that workers share: each mapping of the file sees what another one wrote.

import Testing

@testable import SegmentRing

@Suite struct StatusTests {
    private let scratch = ScratchDirectory()

    /// Two mappings of one new ring.
    private func pair() throws -> (RingStatus, RingStatus) {
        let writer = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: [])
        return (writer.ring.status, try Ring.open(path: scratch.ring).status)
    }

    @Test("a new ring's words are all zero")
    func fresh() throws {
        let (status, _) = try pair()
        #expect(status.lastIngestBootMs == 0)
        #expect(status.pausedSinceBootMs == 0)
        #expect(status.endedAtBootMs == 0)
        #expect(status.publisherKey == .nobody)
        #expect(status.writerSlot == nil)
        #expect(status.takeOverCount == 0)
        #expect(status.viewerCount == 0)
        #expect(status.peakViewerCount == 0)
        #expect(status.interestedSlots == 0)
        #expect(status.waitingSlots == 0)
        #expect(status.bytesIngested == 0)
        #expect(status.endReason == 0)
        #expect(status.heldBackMs == 0)
        #expect(status.writerHeardBootMs == 0)
        #expect(!status.writerHasLength)
        #expect((0..<RingStatus.slots).allSatisfy { status.oldestBodyUs(slot: $0) == nil })
    }

    @Test("who says first why a stream has ended is believed")
    func endReason() throws {
        let (one, other) = try pair()
        one.noteEndReason(2)
        other.noteEndReason(3)
        #expect(one.endReason == 2)
        #expect(other.endReason == 2)
    }

    @Test("what a writer does, and who waits for it, is seen by other workers")
    func writer() throws {
        let (one, other) = try pair()
        one.writerHeardBootMs = 7
        one.writerHasLength = true
        one.addHeldBack(ms: 5)
        one.addHeldBack(ms: 6)
        one.setOldestBody(us: 9, slot: 0)
        one.setOldestBody(us: 10, slot: 63)
        #expect(other.writerHeardBootMs == 7)
        #expect(other.writerHasLength)
        #expect(other.heldBackMs == 11)
        #expect(other.oldestBodyUs(slot: 63) == 10)
        one.setOldestBody(us: nil, slot: 0)
        #expect(other.oldestBodyUs(slot: 0) == nil)
        other.releaseSlot(63)
        #expect(one.oldestBodyUs(slot: 63) == nil)
        // Words of others are where they were.
        #expect(one.viewerCount == 0)
    }

    @Test("what one worker writes, another reads")
    func shared() throws {
        let (one, other) = try pair()
        one.lastIngestBootMs = 1
        one.pausedSinceBootMs = 2
        one.endedAtBootMs = 3
        one.publisherKey = PublisherKey(identity: 4, session: .max)
        one.addBytesIngested(5)
        one.addBytesIngested(6)
        #expect(other.lastIngestBootMs == 1)
        #expect(other.pausedSinceBootMs == 2)
        #expect(other.endedAtBootMs == 3)
        #expect(other.publisherKey == PublisherKey(identity: 4, session: .max))
        #expect(other.bytesIngested == 11)
        #expect(one.requestTakeOver() == 1)
        #expect(other.requestTakeOver() == 2)
        #expect(one.takeOverCount == 2)
    }

    @Test("viewers are counted over all workers, and the most there were is kept")
    func viewers() throws {
        let (one, other) = try pair()
        one.setViewerCount(3, slot: 0)
        other.setViewerCount(4, slot: 63)
        #expect(one.viewerCount == 7)
        #expect(one.viewerCount(slot: 63) == 4)
        one.setViewerCount(0, slot: 0)
        #expect(other.viewerCount == 4)
        #expect(other.peakViewerCount == 7)
    }

    @Test("interest and waiting are one bit per worker")
    func bits() throws {
        let (one, other) = try pair()
        one.setInterested(true, slot: 0)
        other.setInterested(true, slot: 63)
        one.setWaiting(true, slot: 1)
        #expect(one.interestedSlots == 0x8000_0000_0000_0001)
        #expect(other.waitingSlots == 2)
        other.setInterested(false, slot: 0)
        #expect(one.interestedSlots == 0x8000_0000_0000_0000)
    }

    @Test("a released slot is as if its worker had never been")
    func released() throws {
        let (one, other) = try pair()
        for slot in [7, 8] {
            one.setViewerCount(9, slot: slot)
            one.setInterested(true, slot: slot)
            one.setWaiting(true, slot: slot)
        }
        one.setWriter(slot: 7)
        other.releaseSlot(8)
        #expect(one.writerSlot == 7)
        other.releaseSlot(7)
        #expect(one.viewerCount == 0)
        #expect(one.interestedSlots == 0)
        #expect(one.waitingSlots == 0)
        #expect(one.writerSlot == nil)
        #expect(one.peakViewerCount == 18)
    }

    @Test("the words outlive the ring they were taken from")
    func lifetime() throws {
        var ring: Ring? = try Ring.create(
            path: scratch.ring, geometry: smallGeometry, initialization: [], state: []
        ).ring
        let status = try #require(ring?.status)
        ring = nil
        status.lastIngestBootMs = 12
        #expect(status.lastIngestBootMs == 12)
    }
}
