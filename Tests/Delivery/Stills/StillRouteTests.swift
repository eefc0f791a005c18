// Requests for a still: who is given what, and how often one is made. Without a connection.

import Accounts
import Credentials
import FakeExchange
import HTTP
import Media
import SegmentRing
import StreamBench
import StreamState
import Streams
import Testing

@testable import Delivery

@Suite struct StillRouteTests {
    private let bench: StreamBench
    private let last: LastStills
    private let clock = Clock()
    private let route: StillRoute

    private final class Clock {
        var us: UInt64 = 1_000_000
    }

    init() throws {
        let bench = try StreamBench()
        self.bench = bench
        last = try LastStills(settings: bench.settings, slot: 0, logger: bench.logger)
        // Where anybody may publish, nobody asks the store.
        let service = AccountService(
            store: try AccountStores.open(.sqlite(path: "/nonexistent/accounts.sqlite")),
            allowsSignUp: false)
        let watch = StoreWatch(
            desk: try AccountDesk(service: service, loop: bench.loop), loop: bench.loop,
            counters: bench.counters, logger: bench.logger)
        let clock = clock
        route = StillRoute(
            streams: bench.streams, lastStills: last,
            names: ChannelNames(
                credentials: nil, storeWatch: watch,
                hasStream: { bench.streams.find($0) != nil }),
            crossOrigin: CrossOrigin(origins: []), clockUs: { clock.us })
    }

    private func ask(_ headers: [HeaderField] = [], name: String? = nil) -> FakeExchange {
        let fake = FakeExchange(
            Request(
                method: "GET", target: "/\(name ?? bench.name.text)/still", headers: headers))
        let table = RouteTable(route.routes, crossOrigin: CrossOrigin(origins: [])) { _ in }
        table.begin(fake.exchange)
        return fake
    }

    /// The status, and which key frame was shown.
    private func shown(_ headers: [HeaderField] = []) -> (status: Int?, mark: UInt8?) {
        let fake = ask(headers)
        let body = fake.readAll() ?? []
        let isPicture = fake.field("content-type") == "image/webp"
        fake.close(.completed)
        return (fake.answer?.status, isPicture ? body.dropFirst(30).first : nil)
    }

    private func makeRing() throws -> RingWriter {
        let writer = try Ring.create(
            path: bench.ringPath(),
            geometry: RingGeometry(
                dataBytes: 65_536, entries: 64, initializationBytes: 4_096, carryBytes: 0,
                stateBytes: 0),
            initialization: bench.initialization(), state: [], slot: 0)
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        return writer
    }

    /// A key frame of VP8 as a ring has it.
    private func append(mark: UInt8, to writer: RingWriter) throws {
        let frame: [UInt8] =
            [0x50, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 64, 0, mark] + [UInt8](repeating: 0, count: 30)
        let cluster: [UInt8] =
            [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x88]
            + [UInt8](repeating: 0, count: 8) + [0xA3, 0x80 | UInt8(frame.count + 4)]
            + [0x81, 0, 0, 0x80] + frame
        try cluster.withUnsafeBytes {
            try writer.append(
                $0, flags: .independent, mediaTimeMs: 0, durationMs: 40,
                bootMs: writer.ring.bootNowMs, state: [])
        }
    }

    @Test("without a broadcast or a picture there is none")
    func nothing() throws {
        #expect(shown().status == 404)
        let odd = ask(name: "x")
        #expect(odd.answer?.status == 404)
        odd.close(.completed)
        let writer = try makeRing()
        defer { writer.release() }
        #expect(shown().status == 404)
    }

    @Test(
        "one is made once for all who ask, and again when there is a newer key frame, but not at once"
    )
    func kept() throws {
        let writer = try makeRing()
        defer { writer.release() }
        try append(mark: 1, to: writer)
        #expect(shown() == (200, 1))
        try append(mark: 2, to: writer)
        #expect(shown() == (200, 1))
        clock.us += 2_100_000
        #expect(shown() == (200, 2))
    }

    @Test("what has not changed is not sent again")
    func notModified() throws {
        let writer = try makeRing()
        defer { writer.release() }
        try append(mark: 1, to: writer)
        let fake = ask()
        let tag = try #require(fake.field("etag"))
        fake.close(.completed)
        #expect(shown([HeaderField("if-none-match", tag)]) == (304, nil))
        try append(mark: 2, to: writer)
        clock.us += 2_100_000
        #expect(shown([HeaderField("if-none-match", tag)]) == (200, 2))
    }

    @Test("a picture that is no longer there is made anew, also after there was none")
    func afterNothing() throws {
        let writer = try makeRing()
        defer { writer.release() }
        #expect(shown().status == 404)
        try append(mark: 1, to: writer)
        #expect(shown() == (200, 1))
    }

    @Test("when it is over the last one is shown; of another broadcast it never is")
    func over() throws {
        let writer = try makeRing()
        try append(mark: 1, to: writer)
        #expect(shown() == (200, 1))
        let stream = try #require(bench.streams.find(bench.name))
        stream.end(.stopped)
        #expect(shown().status == 404)
        last.keep(of: writer.ring, bench.name)
        // It may still be that of an earlier broadcast.
        #expect(shown().status == 404)
        writer.ring.status.isNoted = true
        let fake = ask()
        #expect(fake.field("weir-still") == "last")
        #expect(fake.field("cache-control") == "public, max-age=60")
        fake.close(.completed)
        #expect(shown() == (200, 1))
        writer.release()
        writer.ring.remove()
        #expect(shown() == (200, 1))
        let next = try makeRing()
        defer { next.release() }
        #expect(shown().status == 404)
        try append(mark: 2, to: next)
        #expect(shown() == (200, 2))
    }
}
