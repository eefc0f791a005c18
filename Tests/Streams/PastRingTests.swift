// Rings that a stream has had before: which ones the present ring names, and for how long they are needed.

import LinuxIO
import SegmentRing
import Settings
import StreamBench
import StreamState
import Testing

@testable import Streams

@Suite struct PastRingTests {
    private let bench: StreamBench

    init() throws {
        bench = try StreamBench()
    }

    /// Makes a ring, in the place of another one if there is one, as a broadcast does.
    private func makeRing(
        behind old: Ring? = nil, isKept: Bool = true, isOver: Bool = false
    ) throws -> (ring: Ring, writer: RingWriter) {
        if isOver { old?.status.endedAtBootMs = old?.bootNowMs ?? 0 }
        let pasts = old.map { PastRing.all(behindSuccessorOf: $0, isKept: isKept) } ?? []
        let lease = try old.map { try $0.acquireWriter(slot: 0) }
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [],
            prepare: { StreamStatus.set(pasts, listsBegunWallMs: 1_000, in: $0) },
            keepingReplacedAs: old.map { bench.streams.replaced.path(of: $0, bench.name) })
        _ = lease
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        return (writer.ring, writer)
    }

    private func write(_ writer: RingWriter, untilMs: Int64) throws {
        let bytes = [UInt8](repeating: 7, count: 100)
        try bytes.withUnsafeBytes {
            try writer.append(
                $0, flags: [.groupStart, .independent], mediaTimeMs: untilMs - 10, durationMs: 10,
                bootMs: writer.ring.bootNowMs, state: [])
        }
    }

    private var kept: [String] {
        (try? FileSystem.names(in: bench.directory + "/replaced")) ?? []
    }

    @Test("a ring is needed until enough media has come after it, and nobody need have it open")
    func needed() throws {
        let epoch: UInt64
        let writer: RingWriter
        do {
            let old = try makeRing()
            epoch = old.ring.epoch
            // Times of a source need not begin with 0.
            try write(old.writer, untilMs: 500_010)
            old.writer.release()
            writer = try makeRing(behind: old.ring).writer
        }
        let stream = try #require(bench.streams.find(bench.name))
        #expect(stream.listsBegunWallMs == 1_000)
        try write(writer, untilMs: 700_010)
        try write(writer, untilMs: 700_000 + Int64(Limits.pastRingKeptMs) - 1)
        bench.streams.removeUnusedRings()
        #expect(kept.count == 1 && stream.needsPastRing(epoch: epoch))
        #expect(stream.openPastRings().map(\.ring.epoch) == [epoch])
        #expect(!stream.needsPastRing(epoch: epoch &+ 1) && !stream.needsPastRing(epoch: 0))
        try write(writer, untilMs: 700_000 + Int64(Limits.pastRingKeptMs))
        #expect(!stream.needsPastRing(epoch: epoch) && stream.openPastRings().isEmpty)
        bench.streams.removeUnusedRings()
        #expect(kept.isEmpty)
    }

    @Test("when the stream goes, what it had before goes with it")
    func gone() throws {
        let writer: RingWriter
        do {
            let old = try makeRing()
            old.writer.release()
            writer = try makeRing(behind: old.ring).writer
        }
        bench.streams.removeUnusedRings()
        #expect(kept.count == 1)
        writer.ring.remove()
        bench.streams.removeUnusedRings()
        #expect(kept.isEmpty)
    }

    @Test("no more than a few are named, with what has come after each")
    func chain() throws {
        var last = try makeRing()
        var epochs: [UInt64] = []
        for _ in 0..<4 {
            epochs.append(last.ring.epoch)
            try write(last.writer, untilMs: 10)
            try write(last.writer, untilMs: 5_000)
            last.writer.release()
            last = try makeRing(behind: last.ring)
        }
        let pasts = last.ring.status.pasts
        #expect(pasts.map(\.epoch) == epochs.suffix(Limits.pastRingsPerName).reversed())
        #expect(pasts.map(\.laterMs) == [0, 5_000] && pasts.allSatisfy(\.goesOn))
    }

    @Test("one that is not kept names those before it; a broadcast that was over does not go on")
    func leftOut() throws {
        let first = try makeRing()
        first.writer.release()
        let second = try makeRing(behind: first.ring)
        second.writer.release()
        let third = try makeRing(behind: second.ring, isKept: false)
        third.writer.release()
        #expect(third.ring.status.pasts.map(\.epoch) == [first.ring.epoch])
        let fourth = try makeRing(behind: third.ring, isOver: true)
        #expect(fourth.ring.status.pasts.map(\.goesOn) == [false, false])
    }
}
