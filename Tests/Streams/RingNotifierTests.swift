// Who is woken when a ring has grown, and when a pause is over.

import Glibc
import LinuxIO
import SegmentRing
import Settings
import StreamBench
import Telemetry
import Testing

@testable import Streams

@Suite struct RingNotifierTests {
    private let bench: StreamBench
    private let writer: RingWriter
    private let stream: LiveStream
    private let notifier: RingNotifier
    private let changes: StreamChanges
    /// What the doorbells of three workers are heard by.
    private let ears: [Int32]

    init() throws {
        bench = try StreamBench()
        writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [])
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        var raw: [Int32] = []
        for _ in 0..<3 {
            let bell = try EventDescriptor()
            raw.append(dup(bell.descriptor.raw))
        }
        ears = raw.map { dup($0) }
        for slot in raw.indices {
            bench.board.show(
                SlotReport(state: .serving, generation: 1, processID: 1, startedBootMs: 0),
                slot: slot)
        }
        let doorbells = try Doorbells(adopting: raw, ownSlot: 0, board: bench.board)
        changes = StreamChanges(counters: bench.counters, doorbells: doorbells)
        stream = try #require(bench.streams.find(bench.name))
        notifier = RingNotifier(
            stream, loop: bench.loop, doorbells: doorbells, changes: changes)
    }

    /// The workers whose doorbell has rung since this was last asked.
    private func rung() -> [Int] {
        ears.indices.filter { index in
            var count: UInt64 = 0
            return read(ears[index], &count, 8) == 8
        }
    }

    private func runTurn() {
        bench.loop.schedule(afterMs: 0) { bench.loop.stop() }
        bench.loop.run()
    }

    @Test("who has viewers is woken at the end of the turn, once for all that came in it")
    func wakes() {
        defer { for ear in ears { close(ear) } }
        writer.ring.slots.setInterested(true, slot: 1)
        for _ in 0..<3 { notifier.committed(nowMs: writer.ring.bootNowMs) }
        #expect(rung() == [])
        runTurn()
        #expect(rung() == [1])
        #expect(changes.count == 0)
    }

    @Test("that a stream has ended is news, and that its writer has gone then is news again")
    func lastMedia() throws {
        defer { for ear in ears { close(ear) } }
        writer.release()
        let writer = try #require(try writer.ring.acquireWriter(slot: 0))
        writer.ring.slots.setInterested(true, slot: 1)
        let follower = Watcher(stream, isViewer: false)
        defer { follower.letGo() }
        stream.deliver()
        let before = follower.wakes
        stream.end(.stopped)
        stream.deliver()
        #expect(follower.wakes == before + 1)
        _ = rung()
        writer.release()
        notifier.announce()
        #expect(follower.wakes == before + 2)
        #expect(rung() == [1])
    }

    @Test("what comes soon after is kept until its time, or until the writer lets go")
    func paced() {
        defer { for ear in ears { close(ear) } }
        writer.ring.slots.setInterested(true, slot: 2)
        notifier.committed(nowMs: writer.ring.bootNowMs)
        runTurn()
        #expect(rung() == [2])
        notifier.committed(nowMs: writer.ring.bootNowMs)
        #expect(rung() == [])
        notifier.flush()
        #expect(rung() == [2])
        notifier.flush()
        #expect(rung() == [])
    }

    @Test(
        "viewers of the same worker are woken without a doorbell, and only when something has come")
    func here() throws {
        defer { for ear in ears { close(ear) } }
        let watcher = Watcher(stream)
        stream.deliver()
        #expect(watcher.wakes == 1, "there was no look before")
        notifier.committed(nowMs: writer.ring.bootNowMs)
        notifier.flush()
        #expect(watcher.wakes == 1, "the ring has not grown")
        watcher.onWake = bench.loop.stop
        try writer.append(
            [1, 2, 3].span.bytes, flags: .independent, mediaTimeMs: 0, durationMs: 1, bootMs: 1,
            state: [])
        notifier.committed(nowMs: writer.ring.bootNowMs)
        bench.loop.run()
        #expect(watcher.wakes == 2 && rung() == [])
        stream.deliver()
        stream.end(.stopped)
        stream.deliver()
        bench.loop.run()
        #expect(watcher.wakes == 3)
    }

    @Test("a bell says whether it rang for new media alone")
    func causes() throws {
        let bell = try EventDescriptor()
        let bells = try Doorbells(
            adopting: [dup(bell.descriptor.raw)], ownSlot: 0, board: bench.board)
        #expect(!bells.clearOwn(), "it has not rung")
        bells.ring(mask: 1, for: .media)
        bells.ring(mask: 1, for: .media)
        #expect(bells.clearOwn())
        bells.ring(mask: 1, for: .media)
        bells.ring(slot: 0)
        #expect(!bells.clearOwn())
        bell.ring(adding: .max - 1)
        bells.ring(slot: 0)
        #expect(!bells.clearOwn(), "it may have rung for anything when it was full")
    }

    @Test("media ends a pause, and every worker is told")
    func pause() {
        defer { for ear in ears { close(ear) } }
        let status = writer.ring.status
        status.pausedSinceBootMs = writer.ring.bootNowMs
        notifier.committed(nowMs: writer.ring.bootNowMs)
        #expect(status.pausedSinceBootMs == 0)
        #expect(changes.count == 1)
        #expect(rung() == [0, 1, 2])
        notifier.committed(nowMs: writer.ring.bootNowMs)
        #expect(changes.count == 1)
    }

    @Test("so it is when the publisher was only silent")
    func silence() {
        defer { for ear in ears { close(ear) } }
        let ring = writer.ring
        notifier.committed(nowMs: ring.status.lastIngestBootMs + Limits.publisherSilenceMs)
        #expect(changes.count == 0)
        notifier.committed(nowMs: ring.status.lastIngestBootMs + Limits.publisherSilenceMs + 1)
        #expect(changes.count == 1)
    }
}
