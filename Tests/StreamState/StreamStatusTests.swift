// What workers tell each other of a stream: each mapping of its ring sees what another one wrote.

import Glibc
import LinuxIO
import SegmentRing
import Testing

@testable import StreamState

@Suite struct StreamStatusTests {
    private final class Scratch {
        let path: String

        init() {
            var template = Array("/tmp/weir-status-XXXXXX".utf8CString)
            path = String(cString: mkdtemp(&template))
        }

        deinit { try? FileSystem.removeTree(path) }
    }

    private let scratch = Scratch()

    /// Two mappings of one new ring.
    private func pair() throws -> (StreamStatus, StreamStatus) {
        let path = scratch.path + "/ring"
        let writer = try Ring.create(
            path: path,
            geometry: RingGeometry(
                dataBytes: 4_096, entries: 8, initializationBytes: 0, carryBytes: 0,
                stateBytes: 0),
            initialization: [], state: [])
        return (writer.ring.status, try Ring.open(path: path).status)
    }

    @Test("of a new ring's stream nothing is known")
    func fresh() throws {
        let (status, _) = try pair()
        #expect(status.lastIngestBootMs == 0)
        #expect(status.pausedSinceBootMs == 0)
        #expect(status.endedAtBootMs == 0)
        #expect(status.publisherKey == .nobody)
        #expect(status.writerChunk == nil)
        #expect(status.takeOverCount == 0)
        #expect(status.viewerCount == 0)
        #expect(status.peakViewerCount == 0)
        #expect(status.bytesIngested == 0)
        #expect(status.losses == 0)
        #expect(status.endReason == 0)
        #expect(status.heldBackMs == 0)
        #expect(status.writerHeardBootMs == 0)
        #expect(!status.writerHasLength)
        #expect(!status.isNoted)
        #expect((0..<RingSlots.count).allSatisfy { status.oldestBodyUs(slot: $0) == nil })
    }

    @Test("of all workers one is told to say that the ring is too small")
    func advice() throws {
        let (one, other) = try pair()
        let claims = [other, one, other].map { $0.claimRingSizeAdvice() }
        #expect(claims == [true, false, false])
    }

    @Test("what one worker writes, another reads, and each word is one of its own")
    func shared() throws {
        let (one, other) = try pair()
        one.lastIngestBootMs = 1
        one.pausedSinceBootMs = 2
        one.endedAtBootMs = 3
        one.publisherKey = PublisherKey(identity: 4, session: .max)
        one.addBytesIngested(5)
        one.addBytesIngested(6)
        one.writerHeardBootMs = 7
        one.writerHasLength = true
        one.addHeldBack(ms: 5)
        one.addHeldBack(ms: 6)
        one.addLosses(8)
        one.writerChunk = 0
        one.isNoted = true
        #expect(other.lastIngestBootMs == 1)
        #expect(other.pausedSinceBootMs == 2)
        #expect(other.endedAtBootMs == 3)
        #expect(other.publisherKey == PublisherKey(identity: 4, session: .max))
        #expect(other.bytesIngested == 11)
        #expect(other.writerHeardBootMs == 7)
        #expect(other.writerHasLength)
        #expect(other.heldBackMs == 11)
        #expect(other.losses == 8)
        #expect(other.writerChunk == 0)
        #expect(other.isNoted)
        #expect(one.requestTakeOver() == 1)
        #expect(other.requestTakeOver() == 2)
        #expect(one.takeOverCount == 2)
    }

    @Test("who says first why a stream has ended is believed")
    func endReason() throws {
        let (one, other) = try pair()
        one.noteEndReason(2)
        other.noteEndReason(3)
        #expect(one.endReason == 2)
        #expect(other.endReason == 2)
    }

    @Test("a waiting body is announced for one worker, and taken back")
    func bodies() throws {
        let (one, other) = try pair()
        one.setOldestBody(us: 9, slot: 0)
        one.setOldestBody(us: 10, slot: 63)
        #expect(other.oldestBodyUs(slot: 63) == 10)
        one.setOldestBody(us: nil, slot: 0)
        #expect(other.oldestBodyUs(slot: 0) == nil)
        other.releaseSlot(63)
        #expect(one.oldestBodyUs(slot: 63) == nil)
        #expect(one.viewerCount == 0)
    }

    @Test("viewers are counted over all workers, and the most there were is kept")
    func viewers() throws {
        let (one, other) = try pair()
        one.setViewerCount(3, slot: 0)
        other.setViewerCount(4, slot: 63)
        #expect(one.viewerCount == 7)
        #expect(one.packagedViewerCount == 0)
        one.setPackagedViewerCount(5, slot: 0)
        #expect(other.viewerCount == 12 && other.packagedViewerCount == 5)
        one.setPackagedViewerCount(0, slot: 0)
        other.setPackagedViewerCount(2, slot: 63)
        one.setViewerCount(0, slot: 0)
        #expect(other.viewerCount == 6)
        other.releaseSlot(63)
        #expect(one.viewerCount == 0)
        #expect(other.peakViewerCount == 12)
    }
}
