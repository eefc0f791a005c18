// The records of segments on real rings: where they stand, and how their numbers go on when a broadcast
// is resumed, begins anew, or needs another ring.

import LinuxIO
import Media
import SegmentRing
import Settings
import StreamBench
import StreamState
import Streams
import Testing

@testable import Ingest

/// A second of pictures, four of them, that begin with a key frame.
private func second(_ number: Int) -> [UInt8] {
    var content: [UInt8] = [0xE7, 0x82] + bigEndian(number * 1_000)
    for picture in 0..<4 {
        content += [0xA3, 0x86, 0x81] + bigEndian(picture * 250)
        content += [picture == 0 ? 0x80 : 0, UInt8(number & 0xFF), UInt8(picture)]
    }
    return [0x1F, 0x43, 0xB6, 0x75, 0x40 | UInt8(content.count >> 8), UInt8(content.count & 0xFF)]
        + content
}

private func bigEndian(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

private func seconds(_ range: Range<Int>) -> [UInt8] { range.flatMap(second) }

@Suite("Segment records in rings") struct SegmentRecordTests {
    private let bench: StreamBench
    private let environment: IngestEnvironment

    init() throws {
        bench = try StreamBench()
        environment = IngestEnvironment(
            loop: bench.loop, logger: bench.logger, counters: bench.counters,
            doorbells: bench.doorbells, changes: bench.changes, settings: bench.settings)
    }

    private func facts(chunk: UInt64?) -> PublishFacts {
        PublishFacts(
            chunk: chunk.map { ChunkNumber(session: 7, number: $0) }, start: .unknown, identity: 1,
            wantsTakeOver: false, sharesConnectionWithWriter: false)
    }

    /// A session that begins a broadcast, also where there is one.
    private func begin(chunk: UInt64? = nil) throws -> IngestSession {
        let stream = bench.streams.find(bench.name)
        return IngestSession(
            beginning: bench.name, facts: facts(chunk: chunk), on: stream,
            lease: try stream?.ring.acquireWriter(slot: 0), streams: bench.streams,
            environment: environment)
    }

    private func resume(chunk: UInt64?) throws -> IngestSession {
        let stream = try #require(bench.streams.find(bench.name))
        let lease = try #require(try stream.ring.acquireWriter(slot: 0))
        return try IngestSession(
            resuming: try #require(IngestState(decoding: lease.state)), facts: facts(chunk: chunk),
            on: stream, lease: lease, streams: bench.streams, environment: environment)
    }

    private func feed(_ bytes: [UInt8], to session: IngestSession) throws {
        try bytes.withUnsafeBytes { try session.feed($0) }
    }

    private func ring() throws -> Ring { try #require(bench.streams.find(bench.name)).ring }

    private func entries(_ ring: Ring) throws -> [RingEntry] {
        try (0..<ring.entryHead).map { sequence in
            guard case .entry(let entry) = ring.lookup(sequence) else { throw Missing() }
            return entry
        }
    }

    private struct Missing: Error {}

    /// The records of a ring, each with the entry that follows it.
    private func records(_ ring: Ring) throws -> [(record: SegmentRecord, next: RingEntry?)] {
        let entries = try entries(ring)
        return try entries.indices.filter { entries[$0].kind == .segmentRecord }.map { index in
            var bytes = [UInt8](repeating: 0, count: entries[index].length)
            let isCopied = bytes.withUnsafeMutableBytes {
                ring.copy(entries[index], from: 0, into: $0)
            }
            #expect(isCopied)
            let next = index + 1 < entries.count ? entries[index + 1] : nil
            return (try #require(SegmentRecord(decoding: bytes)), next)
        }
    }

    @Test("a record stands right before the media that begins its segment")
    func places() throws {
        let session = try begin(chunk: 0)
        try feed(StreamBench.header + seconds(0..<12), to: session)
        try session.finish()
        let records = try records(ring())
        #expect(records.map(\.record.ordinal) == Array(1...UInt64(records.count)))
        #expect(records.count == 3)
        for (record, next) in records {
            let next = try #require(next)
            #expect(next.kind == .media && next.isIndependent && record.isIndependent)
            #expect(next.mediaTimeMs == record.mediaTimeMs)
            #expect(!record.isDiscontinuity && record.discontinuityOrdinal == 0)
        }
        // All of it came at once, and the newest media that came before is of now.
        let wall = Set(records.map { Int64($0.record.wallMs) - $0.record.mediaTimeMs })
        #expect(wall.count == 1)
        let ring = try ring()
        let nowMs = Int64(ring.wallClockMs(ofBootMs: ring.bootNowMs))
        let startMs = try #require(wall.first)
        #expect(startMs <= nowMs && startMs > nowMs - 60_000)
    }

    @Test("a broadcast in pieces, with other workers, has the records of one in one piece")
    func pieces() throws {
        let whole = try begin(chunk: 0)
        let media = seconds(0..<14)
        try feed(StreamBench.header + media, to: whole)
        try whole.finish()

        let other = try SegmentRecordTests()
        var session = try other.begin(chunk: 0)
        try other.feed(StreamBench.header, to: session)
        try session.finish()
        for (index, start) in stride(from: 0, to: media.count, by: 150).enumerated() {
            let chunk = UInt64(index + 1)
            let body = Array(media[start..<min(start + 150, media.count)])
            session = try other.resume(chunk: chunk)
            // The first half arrives, its connection breaks, and all of it comes again.
            try other.feed(Array(body.prefix(body.count / 2)), to: session)
            session.abandon(pausing: true)
            session = try other.resume(chunk: chunk)
            try other.feed(body, to: session)
            try session.finish()
        }
        let wanted = try records(ring()).map(\.record)
        let found = try other.records(other.ring()).map(\.record)
        #expect(found.map(\.ordinal) == wanted.map(\.ordinal))
        #expect(found.map(\.mediaTimeMs) == wanted.map(\.mediaTimeMs))
        #expect(found.map(\.clocks) == wanted.map(\.clocks))
    }

    @Test("a source that is back in the same ring goes on with the numbers and the plan")
    func sameRing() throws {
        for isResumed in [false, true] {
            let test = try SegmentRecordTests()
            let first = try test.begin()
            try test.feed(StreamBench.header + seconds(0..<10), to: first)
            try first.finish()
            let before = try test.records(test.ring()).map(\.record)
            let session = isResumed ? try test.resume(chunk: nil) : try test.begin()
            try test.feed(StreamBench.header + seconds(0..<5), to: session)
            try session.finish()
            let after = try test.records(test.ring()).map(\.record).dropFirst(before.count)
            #expect(after.count > 1)
            #expect(after.first?.ordinal == UInt64(before.count + 1))
            #expect(after.first?.isDiscontinuity == true)
            #expect(after.allSatisfy { $0.discontinuityOrdinal == 1 && $0.plan == before[0].plan })
        }
    }

    @Test("one with other tracks has a ring that goes on with the numbers")
    func otherRing() throws {
        let first = try begin()
        try feed(StreamBench.header + seconds(0..<10), to: first)
        try first.finish()
        let old = try ring()
        let last = try #require(try records(old).last).record
        let reached = last.ordinal
        let second = try begin()
        // 64 pixels wide and high become 65.
        var header = StreamBench.header
        header[header.count - 1] += 1
        try feed(header + seconds(0..<8), to: second)
        try second.finish()
        let ring = try ring()
        #expect(ring.epoch != old.epoch)
        #expect(ring.baseOrdinals == RingOrdinals(segment: reached + 1, discontinuity: 1))
        let records = try records(ring).map(\.record)
        #expect(records.first?.ordinal == reached + 1)
        #expect(records.map(\.isDiscontinuity) == records.indices.map { $0 == 0 })
        #expect(records.allSatisfy { $0.discontinuityOrdinal == 1 })
        // What was promised under the name stays true, so the first segment begins at once.
        #expect(records.first?.mediaTimeMs == 0)
        #expect(records.allSatisfy { $0.plan == last.plan })
    }

    @Test(
        "what an ended broadcast has promised is kept as long as caches keep its lists",
        arguments: [false, true])
    func afterTheEnd(isLongAgo: Bool) throws {
        let first = try begin()
        try feed(StreamBench.header + seconds(0..<10), to: first)
        try first.finish()
        let old = try ring()
        let plan = try #require(try records(old).last).record.plan
        try #require(bench.streams.find(bench.name)).end(.stopped)
        if isLongAgo {
            let keptMs = UInt64(plan.targetDurationMs) * Limits.promisedTargetDurations
            old.status.endedAtBootMs = max(old.bootNowMs - min(keptMs, old.bootNowMs - 1), 1)
        }
        let lease = try #require(try old.acquireWriter(slot: 0))
        let second = IngestSession(
            beginning: bench.name, facts: facts(chunk: nil), on: nil, lease: lease,
            streams: bench.streams, environment: environment)
        try feed(StreamBench.header + seconds(0..<9), to: second)
        try second.finish()
        let records = try records(ring()).map(\.record)
        #expect(records.first?.mediaTimeMs == (isLongAgo ? 6_000 : 0))
    }

    @Test(
        "a ring whose last state cannot be read goes on with the numbers after its newest record",
        arguments: [0, 10])
    func unreadable(lengthS: Int) throws {
        let first = try begin()
        try feed(StreamBench.header + seconds(0..<lengthS), to: first)
        try first.finish()
        let before = try records(ring()).map(\.record)
        let stream = try #require(bench.streams.find(bench.name))
        let lease = try #require(try stream.ring.acquireWriter(slot: 0))
        try lease.suspend(state: [1, 2, 3], carry: [])
        lease.release()
        let second = try begin()
        try feed(StreamBench.header + seconds(0..<8), to: second)
        try second.finish()
        let after = try records(ring()).map(\.record).dropFirst(before.count)
        #expect(after.first?.ordinal == UInt64(before.count + 1))
        #expect(after.first?.isDiscontinuity == !before.isEmpty)
        #expect(after.first?.discontinuityOrdinal == (before.isEmpty ? 0 : 1))
    }
}
