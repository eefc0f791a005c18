// The writing half of a publish request, on real rings: what is in them when a body ends, breaks off, comes
// again or has to stop.

import LinuxIO
import SegmentRing
import StreamBench
import StreamState
import Streams
import Testing

@testable import Ingest

@Suite struct IngestSessionTests {
    private let bench: StreamBench
    private let environment: IngestEnvironment
    private static let alice: UInt64 = 1

    init() throws {
        bench = try StreamBench()
        environment = IngestEnvironment(
            loop: bench.loop, logger: bench.logger, counters: bench.counters,
            doorbells: bench.doorbells, changes: bench.changes, settings: bench.settings)
    }

    private func facts(chunk: UInt64? = nil, from identity: UInt64 = alice) -> PublishFacts {
        PublishFacts(
            chunk: chunk.map { ChunkNumber(session: 7, number: $0) }, start: .unknown,
            identity: identity, wantsTakeOver: false, sharesConnectionWithWriter: false)
    }

    /// A cluster with one key frame.
    private func cluster(at timeMs: UInt8) -> [UInt8] {
        let frame = Array("frame".utf8)
        let block = [0xA3, 0x80 | UInt8(frame.count + 4), 0x81, 0, 0, 0x80] + frame
        let content = [0xE7, 0x81, timeMs] + block
        return [0x1F, 0x43, 0xB6, 0x75, 0x80 | UInt8(content.count)] + content
    }

    private var broadcast: [UInt8] {
        StreamBench.header + cluster(at: 0) + cluster(at: 40) + cluster(at: 80)
    }

    private func begin(_ facts: PublishFacts) -> IngestSession {
        IngestSession(
            beginning: bench.name, facts: facts, on: nil, lease: nil, streams: bench.streams,
            environment: environment)
    }

    private func feed(_ bytes: [UInt8], to session: IngestSession) throws {
        try bytes.withUnsafeBytes { try session.feed($0) }
    }

    /// The stream, its lease, and what the last session has left there.
    private func leftBehind() throws -> (stream: LiveStream, lease: RingWriter, state: IngestState)
    {
        let stream = try #require(bench.streams.find(bench.name))
        let lease = try #require(try stream.ring.acquireWriter(slot: 0))
        return (stream, lease, try #require(IngestState(decoding: lease.state)))
    }

    private func resume(_ facts: PublishFacts) throws -> IngestSession {
        let left = try leftBehind()
        return try IngestSession(
            resuming: left.state, facts: facts, on: left.stream, lease: left.lease,
            streams: bench.streams, environment: environment)
    }

    @Test("nothing is there until the header is complete, then the stream and whose it is")
    func begins() throws {
        let session = begin(facts(chunk: 0))
        try feed(Array(StreamBench.header.dropLast()), to: session)
        #expect(bench.streams.find(bench.name) == nil)
        #expect(!session.isAttached)
        try feed(Array(StreamBench.header.suffix(1)) + cluster(at: 0), to: session)
        let status = try #require(bench.streams.find(bench.name)).ring.status
        #expect(status.publisherKey == PublisherKey(identity: Self.alice, session: 7))
        #expect(status.writerChunk == 0)
    }

    @Test("a chunk that is complete leaves its successor wanted and the lease free")
    func finishes() throws {
        let session = begin(facts(chunk: 0))
        try feed(broadcast, to: session)
        #expect(session.fragmentCount > 0)
        try session.finish()
        let left = try leftBehind()
        #expect((left.state.nextChunk, left.state.consumedBytes) == (1, 0))
        #expect(left.state.format == .webM)
        #expect(left.stream.ring.status.writerChunk == nil)
    }

    @Test("a chunk that broke off and comes again is stored once", arguments: [1, 20, 40])
    func comesAgain(_ missing: Int) throws {
        let first = begin(facts(chunk: 0))
        try feed(Array(broadcast.dropLast(missing)), to: first)
        first.abandon(pausing: true)
        #expect(try leftBehind().state.consumedBytes > 0)
        let again = try resume(facts(chunk: 0))
        try feed(broadcast, to: again)
        try again.finish()
        let ring = try #require(bench.streams.find(bench.name)).ring
        let bytes = ring.status.bytesIngested

        let other = try StreamBench()
        let whole = IngestSession(
            beginning: other.name, facts: facts(chunk: 0), on: nil, lease: nil,
            streams: other.streams,
            environment: IngestEnvironment(
                loop: other.loop, logger: other.logger, counters: other.counters,
                doorbells: other.doorbells, changes: other.changes, settings: other.settings))
        try feed(broadcast, to: whole)
        try whole.finish()
        let wholeRing = try #require(other.streams.find(other.name)).ring
        #expect(bytes == wholeRing.status.bytesIngested)
    }

    @Test("one that breaks off pauses its stream if it has brought media and is known to be gone")
    func pauses() throws {
        for (isGone, hasMedia) in [(true, true), (false, true), (true, false)] {
            let bench = try IngestSessionTests()
            let session = bench.begin(bench.facts(chunk: 0))
            try bench.feed(hasMedia ? bench.broadcast : StreamBench.header, to: session)
            session.abandon(pausing: isGone)
            let status = try #require(bench.bench.streams.find(bench.bench.name)).ring.status
            #expect((status.pausedSinceBootMs != 0) == (isGone && hasMedia))
        }
    }

    @Test("a writer learns that it was taken over, or that its stream was ended")
    func interrupted() throws {
        let session = begin(facts())
        try feed(broadcast, to: session)
        #expect(session.interruption == nil)
        let stream = try #require(session.stream)
        stream.ring.status.requestTakeOver()
        #expect(session.interruption == .takenOver)
        stream.end(.stopped)
        #expect(session.interruption == .streamEnded)
    }

    @Test("of two that make a ring, the slower one has lost a race and nothing else")
    func race() throws {
        let (one, other) = (begin(facts(chunk: 0)), begin(facts(chunk: 0)))
        try feed(StreamBench.header, to: one)
        let error = #expect(throws: PublishError.self) { try feed(StreamBench.header, to: other) }
        #expect(other.hasLostRace(try #require(error)))
        #expect(!one.hasLostRace(try #require(error)))
    }

    @Test("what is no WebM is refused, and a body without a header has no beginning")
    func refused() throws {
        let session = begin(facts())
        #expect(throws: PublishError.media(.notWebM)) {
            try feed(Array("GIF89a, which is not a film".utf8), to: session)
        }
        #expect(throws: PublishError.missingInitialization) { try begin(facts()).finish() }
        #expect(bench.streams.find(bench.name) == nil)
    }

    @Test("a header that fits goes on in the same ring, behind what is there")
    func sameRing() throws {
        let first = begin(facts())
        try feed(broadcast, to: first)
        try first.finish()
        let left = try leftBehind()
        let second = IngestSession(
            beginning: bench.name, facts: facts(), on: left.stream, lease: left.lease,
            streams: bench.streams, environment: environment)
        try feed(broadcast, to: second)
        try second.finish()
        let stream = try #require(bench.streams.find(bench.name))
        #expect(stream === left.stream)
        #expect(stream.ring.status.endedAtBootMs == 0)
    }

    @Test("one with other tracks has a ring of its own, and the old one is taken over and noted")
    func otherRing() throws {
        let first = begin(facts())
        try feed(broadcast, to: first)
        try first.finish()
        let left = try leftBehind()
        let second = IngestSession(
            beginning: bench.name, facts: facts(), on: left.stream, lease: left.lease,
            streams: bench.streams, environment: environment)
        // 64 pixels wide and high become 65.
        var header = StreamBench.header
        header[header.count - 1] += 1
        try feed(header + cluster(at: 0), to: second)
        let stream = try #require(bench.streams.find(bench.name))
        #expect(stream !== left.stream)
        #expect(left.stream.endReason == .takenOver)
        #expect(bench.ended == [bench.name])
        #expect(second.stream === stream)
    }
}
