// What a driver of turns sees of a stream, and says on its ring, with real rings.

import Glibc
import LinuxIO
import SegmentRing
import Settings
import StreamBench
import StreamState
import Streams
import Testing

@testable import Ingest

@Suite struct TurnLookoutTests {
    private static let geometry = RingGeometry(
        dataBytes: 64 * 1_024, entries: 64, initializationBytes: 4_096, carryBytes: 64,
        stateBytes: 512)

    private let bench: StreamBench
    private let room = WaitingRoom()
    private let lookout: TurnLookout

    init() throws {
        bench = try StreamBench()
        lookout = TurnLookout(
            name: bench.name, streams: bench.streams, room: room,
            environment: IngestEnvironment(
                loop: bench.loop, logger: bench.logger, counters: bench.counters,
                doorbells: bench.doorbells, changes: bench.changes, settings: bench.settings))
    }

    /// A ring that somebody has just written, and its lease.
    private func makeRing() throws -> RingWriter {
        let state = IngestState(identity: 1, session: 7, nextChunk: 3, media: [])
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: Self.geometry,
            initialization: bench.initialization(), state: state.encoded(), slot: 2)
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        return writer
    }

    @Test("a name without a stream is free, and needs no lease") func absent() {
        let found = lookout.look(mayTry: true)
        #expect(found.sight == TurnSight(lease: .absent))
        #expect(found.turn?.stream == nil)
    }

    @Test(
        "a name that a worker of another version writes has a publisher already",
        arguments: [true, false])
    func otherVersion(mayTry: Bool) throws {
        let path = try bench.ringPath() + "9"
        try FileSystem.write([1], to: path, through: bench.directory + "/new")
        let other = Descriptor(owning: open(path, O_RDWR | O_CLOEXEC))
        #expect(try FileLock.tryLock(other))
        let held = TurnSight(lease: .isElsewhere(.inOtherVersion, isOver: false))
        #expect(lookout.look(mayTry: mayTry).sight == held)
        #expect(lookout.look(mayTry: mayTry).turn == nil)
        // A stream of this version that is over changes nothing about that. One that is live has its publisher.
        let ring = try makeRing().released()
        #expect(lookout.look(mayTry: mayTry).sight != held)
        ring.status.endedAtBootMs = ring.bootNowMs
        #expect(lookout.look(mayTry: mayTry).sight == held)
        FileLock.unlock(other)
        #expect(lookout.look(mayTry: mayTry).sight != held)
    }

    @Test("a lease that nobody has is taken, and given back when nobody takes the turn")
    func free() throws {
        let ring = try makeRing().released()
        let found = lookout.look(mayTry: true)
        guard case .isFree(.free(let state, let ingest, _)) = found.sight.lease else {
            Issue.record("\(found.sight)")
            return
        }
        #expect(state == .live)
        #expect(ingest?.nextChunk == 3)
        #expect(try ring.acquireWriter(slot: 2) == nil)
        found.turn?.letGo()
        #expect(try ring.acquireWriter(slot: 2) != nil)
    }

    @Test("a lease is not asked for when it may not be") func notTried() throws {
        _ = try makeRing().released()
        let found = lookout.look(mayTry: false)
        #expect(found.sight.lease == .wasNotTried)
        #expect(found.turn == nil)
    }

    @Test("a writer in another worker says who it is, or has not said it yet")
    func elsewhere() throws {
        let writer = try makeRing()
        #expect(lookout.look(mayTry: true).sight.lease == .isElsewhere(nil, isOver: false))
        let status = writer.ring.status
        status.publisherKey = PublisherKey(identity: 1, session: 7)
        status.writerChunk = 4
        status.writerHeardBootMs = writer.ring.bootNowMs
        let sight = lookout.look(mayTry: true).sight
        guard case .isElsewhere(let facts?, isOver: false) = sight.lease else {
            Issue.record("\(sight)")
            return
        }
        #expect((facts.identity, facts.session, facts.chunk) == (1, 7, 4))
        #expect(sight.past?.publisher == status.publisherKey)
        status.endedAtBootMs = writer.ring.bootNowMs
        guard case .isElsewhere(_, isOver: true) = lookout.look(mayTry: true).sight.lease else {
            Issue.record("an ended stream counts as going on")
            return
        }
    }

    @Test("a stream that has ended leaves its name free, with the lease of its ring")
    func ended() throws {
        let ring = try makeRing().released()
        ring.status.endedAtBootMs = ring.bootNowMs
        let found = lookout.look(mayTry: true)
        #expect(found.sight.lease == .isFree(.over(session: 0)))
        #expect(try ring.acquireWriter(slot: 2) == nil)
        found.turn?.letGo()
    }

    @Test("a ring that is damaged makes way, and the next look finds the name free")
    func damaged() throws {
        _ = try makeRing().released()
        var bytes = try bench.contents()
        // Both snapshots, of which one has to be intact (docs/ring-format.md).
        for offset in 16_384..<24_576 { bytes[offset] = 0xFF }
        try bench.replace(bytes)
        #expect(lookout.look(mayTry: true).sight.lease == .makesWay(isDone: true))
        #expect(lookout.look(mayTry: true).sight.lease == .absent)
    }

    @Test("bodies that wait in other workers are seen, those of this one are not")
    func bodies() throws {
        let ring = try makeRing().released()
        ring.status.setOldestBody(us: 100, slot: 0)
        ring.status.setOldestBody(us: 99, slot: 5)
        let found = lookout.look(mayTry: true)
        found.turn?.letGo()
        #expect(found.sight.elsewhere == [BodyElsewhere(slot: 5, arrivedUs: 99)])
    }

    @Test("that this worker waits is said once, and taken back")
    func waiting() throws {
        lookout.awaitLease(true)
        #expect(room.streams == 1)
        #expect(lookout.ring == nil)
        let ring = try makeRing().released()
        lookout.awaitLease(true)
        #expect(room.streams == 1)
        #expect(ring.slots.waiting == 1)
        lookout.awaitLease(false)
        #expect(room.streams == 0)
        #expect(ring.slots.waiting == 0)
    }

    @Test("since when a body waits is said on the ring it waits for, and taken back")
    func oldest() throws {
        let ring = try makeRing().released()
        lookout.awaitLease(true)
        lookout.announceOldest(us: 100, writing: nil)
        #expect(ring.status.oldestBodyUs(slot: 0) == 100)
        lookout.announceOldest(us: nil, writing: nil)
        #expect(ring.status.oldestBodyUs(slot: 0) == nil)
        lookout.announceOldest(us: 100, writing: ring)
        #expect(ring.status.oldestBodyUs(slot: 0) == 100)
    }

    @Test("who waits behind a body that was written in one moment is not forgotten meanwhile")
    func oldestBehindAnother() throws {
        let ring = try makeRing().released()
        lookout.awaitLease(true)
        lookout.announceOldest(us: 100, writing: nil)
        // That body has its turn and is written to its end before anything else is said.
        lookout.awaitLease(false)
        lookout.announceOldest(us: 200, writing: nil)
        #expect(ring.status.oldestBodyUs(slot: 0) == 200)
        lookout.announceOldest(us: nil, writing: nil)
        #expect(ring.status.oldestBodyUs(slot: 0) == nil)
    }

    @Test("a doorbell is for those who wait when something has changed that concerns them")
    func doorbell() throws {
        #expect(lookout.mayHaveChanged)
        let writer = try makeRing()
        lookout.awaitLease(true)
        _ = lookout.look(mayTry: true)
        #expect(!lookout.mayHaveChanged)
        // Media comes: that is no reason to ask for the lease.
        writer.ring.status.lastIngestBootMs += 1
        #expect(!lookout.mayHaveChanged)
        writer.release()
        #expect(lookout.mayHaveChanged)
    }

    @Test("a take-over is asked for on the ring") func takeOver() throws {
        let writer = try makeRing()
        let before = writer.ring.status.takeOverCount
        lookout.takeOver()
        #expect(writer.ring.status.takeOverCount == before + 1)
    }
}

extension RingWriter {
    /// Its ring, when nobody writes it any more.
    fileprivate func released() -> Ring {
        release()
        return ring
    }
}
