// A ring whose shared words, positions, snapshots or index hold whatever is worst for arithmetic, through
// everything in a worker that reads it. The words come from a file: nothing in there may end a worker.

import Glibc
import LinuxIO
import SegmentRing
import StreamBench
import StreamState
import Testing

@testable import Delivery
@testable import History
@testable import Ingest
@testable import Streams

@Suite struct HostileRingTests {
    private static let stateBytes = 512
    private static let geometry = RingGeometry(
        dataBytes: 64 * 1_024, entries: 64, initializationBytes: 4_096, carryBytes: 64,
        stateBytes: stateBytes)

    /// Areas of the file (docs/ring-format.md), each with the words of it that are in use.
    private static let areas: [(name: String, offset: Int, words: Int)] = [
        ("ring's words", 4_096, 17), ("stream's words", 4_096 + 512, 160),
        ("positions", 8_192, 17), ("snapshots", 16_384, 8 + 7),
        ("second snapshot", 20_480, 8 + 7), ("index", 24_576, 12 * 8),
    ]

    private static let numbers: [UInt64] = [
        0, 1, .max, .max - 1, .max - 3_000, 1 << 62, (1 << 62) - 1, 1 << 63, (1 << 63) - 1, 1 << 53,
        UntrustedNumber.latestMs, UntrustedNumber.latestMs + 1,
    ]

    /// A ring in which twelve clusters were broadcast, and a worker's view of it.
    private func makeRing(_ bench: StreamBench) throws -> LiveStream {
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: Self.geometry, initialization: bench.initialization(),
            state: IngestState(identity: 1, media: []).encoded())
        let nowMs = writer.ring.bootNowMs
        for index in 0..<12 {
            try [UInt8](repeating: 7, count: 700).withUnsafeBytes {
                try writer.append(
                    $0, flags: index % 3 == 0 ? .independent : [], mediaTimeMs: Int64(index) * 500,
                    durationMs: 500, bootMs: nowMs - 6_000 + UInt64(index) * 500,
                    state: IngestState(identity: 1, media: []).encoded())
            }
        }
        writer.ring.status.lastIngestBootMs = nowMs
        writer.ring.status.addBytesIngested(8_400)
        writer.release()
        return try #require(bench.streams.find(bench.name))
    }

    /// Everything that a worker does with a stream.
    private func exercise(_ stream: LiveStream, _ bench: StreamBench) {
        let nowMs = stream.ring.bootNowMs
        stream.mendTimes()
        _ = (stream.state, stream.viewersMustEnd, stream.contentType)
        _ = StreamDescription.json(of: stream, ChangingFacts(of: stream, ringMs: 60_000)).text
        let ring = stream.ring
        _ = (RecentFigures(of: ring), ring.timelineEndMs, ring.capacityMs, ring.rewindMs)
        _ = EndedBroadcast(ring, of: stream.name)
        read(ring)
        let notifier = RingNotifier(
            stream, loop: bench.loop, doorbells: bench.doorbells, changes: bench.changes)
        notifier.committed(nowMs: nowMs)
        notifier.flush()
        ring.status.setViewerCount(1, slot: 0)
        ring.status.addBytesIngested(1)
        publish(on: stream, bench)
        read(ring)
        ring.slots.release(0)
        ring.status.releaseSlot(0)
        stream.end(.stopped)
        _ = (stream.state, EndedBroadcast(ring, of: stream.name))
    }

    private func read(_ ring: Ring) {
        for start in [.newest, .rewound(byMs: 5_000), .rewound(byMs: .max / 2)]
            as [RingCursor.Start]
        {
            var reader = WebMViewer(start: start, maxLagMs: 10_000)
            var buffer = [UInt8](repeating: 0, count: 1_000)
            for _ in 0..<64 {
                let outcome = buffer.withUnsafeMutableBytes { reader.read(from: ring, into: $0) }
                guard case .bytes = outcome else { break }
            }
        }
    }

    /// What a publisher's turn does, with and without numbered chunks.
    private func publish(on stream: LiveStream, _ bench: StreamBench) {
        guard let writer = try? stream.ring.acquireWriter(slot: 0) else { return }
        defer { writer.release() }
        guard let state = IngestState(decoding: writer.state) else { return }
        let facts = PublishFacts(
            chunk: ChunkNumber(session: 1, number: .max - 1), start: .continuation, identity: 1,
            wantsTakeOver: false, sharesConnectionWithWriter: false)
        _ = PublishDecision.decide(facts, .free(state: stream.state, ingest: state))
        let session = IngestSession(
            beginning: stream.name, facts: facts, on: stream, lease: writer,
            streams: bench.streams,
            environment: IngestEnvironment(
                loop: bench.loop, logger: bench.logger, counters: bench.counters,
                doorbells: bench.doorbells, changes: bench.changes, settings: bench.settings))
        _ = (session.interruption, session.holdBackMs())
        let header = StreamBench.header
        header.withUnsafeBytes { try? session.feed($0) }
        _ = (session.interruption, session.holdBackMs())
        session.excuseSilence()
        try? session.finish()
    }

    @Test("no word of a ring ends a worker", arguments: areas.indices)
    func words(area index: Int) throws {
        let area = Self.areas[index]
        let bench = try StreamBench()
        _ = try makeRing(bench)
        let intact = try bench.contents()
        for word in 0..<area.words {
            for number in Self.numbers {
                try bench.replace(intact, word: number, at: area.offset + 8 * word)
                guard let stream = bench.streams.find(bench.name) else { continue }
                exercise(stream, bench)
            }
        }
    }

    @Test("no page of a ring that is all ones ends a worker", arguments: areas.indices)
    func pages(area index: Int) throws {
        let bench = try StreamBench()
        _ = try makeRing(bench)
        var bytes = try bench.contents()
        let area = Self.areas[index]
        let page = area.offset / 4_096 * 4_096
        for offset in page..<page + 4_096 { bytes[offset] = 0xFF }
        try bench.replace(bytes)
        let stream = try #require(bench.streams.find(bench.name))
        exercise(stream, bench)
    }

    @Test("index slots whose check word is right end no worker")
    func slots() throws {
        let bench = try StreamBench()
        _ = try makeRing(bench)
        let intact = try bench.contents()
        for slot in [0, 10, 11] {
            for word in 0..<7 {
                for number in Self.numbers {
                    var bytes = intact
                    let offset = 24_576 + 64 * slot
                    bytes.store(number, at: offset + 8 * word)
                    bytes.store(mix(of: bytes, at: offset), at: offset + 56)
                    try bench.replace(bytes)
                    exercise(try #require(bench.streams.find(bench.name)), bench)
                }
            }
        }
    }

    /// The check word as docs/ring-format.md has it.
    private func mix(of bytes: [UInt8], at offset: Int) -> UInt64 {
        var hash: UInt64 = 0x5745_4952
        for index in 0..<7 {
            hash = (hash ^ bytes.word(at: offset + 8 * index)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        return hash
    }

    @Test("times that have not come yet count as now")
    func futureTimes() throws {
        let bench = try StreamBench()
        let stream = try makeRing(bench)
        let status = stream.ring.status
        status.lastIngestBootMs = .max
        status.pausedSinceBootMs = .max
        status.endedAtBootMs = .max
        let beforeMs = stream.ring.bootNowMs
        stream.mendTimes()
        let now = beforeMs...stream.ring.bootNowMs
        #expect(now.contains(status.lastIngestBootMs))
        #expect(now.contains(status.pausedSinceBootMs))
        #expect(now.contains(status.endedAtBootMs))
    }

    @Test("the state of a writer whose every number is hostile is one to compute with")
    func ingestStates() throws {
        let intact = IngestState(identity: 1, media: []).encoded()
        for word in 0..<6 {
            for number in Self.numbers {
                var bytes = intact
                // Behind the version, the flags and the format.
                bytes.store(number, at: 3 + 8 * word)
                let state = try #require(IngestState(decoding: bytes))
                var pace = IngestPace(aheadMs: state.aheadMs, atMs: state.atBootMs)
                pace.add(mediaMs: 59_999, nowMs: 1)
                #expect(pace.delayMs(allowedMs: 30_000, nowMs: .max) <= 330_000)
                #expect(state.consumedBytes <= UntrustedNumber.greatestCount)
            }
        }
    }

    @Test("a record of a broadcast whose numbers cannot be is none", arguments: 3..<7)
    func records(field: Int) throws {
        for number in Self.numbers.map(String.init) + ["-1", "", "1e3", "99999999999999999999"] {
            var fields = ["1", "a-b", "somebody", "0", "\(UntrustedNumber.latestMs)", "2", "3"]
            fields[field] = number
            let line = Array((fields.joined(separator: " ") + "\n").utf8)
            guard let record = EndedBroadcast(decoding: line)?.record else { continue }
            #expect(record.startedAtMs <= record.endedAtMs)
            #expect(record.endedAtMs <= UntrustedNumber.latestMs)
            #expect(record.bytes <= UntrustedNumber.greatestCount)
            #expect(record.peakViewers <= UntrustedNumber.greatestCount)
        }
        #expect(EndedBroadcast(decoding: Array("1 a-b somebody 0 1 2 3\n".utf8)) != nil)
    }
}
