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

    @Test("without a broadcast or a picture there is none")
    func nothing() throws {
        #expect(shown().status == 404)
        let odd = ask(name: "x")
        #expect(odd.answer?.status == 404)
        odd.close(.completed)
        let writer = try bench.makeRing()
        defer { writer.release() }
        #expect(shown().status == 404)
    }

    @Test(
        "one is made once for all who ask, and again when there is a newer key frame, but not at once"
    )
    func kept() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        try bench.append(StreamBench.keyFrame(mark: 1), to: writer)
        #expect(shown() == (200, 1))
        try bench.append(StreamBench.keyFrame(mark: 2), to: writer)
        #expect(shown() == (200, 1))
        clock.us += 2_100_000
        #expect(shown() == (200, 2))
    }

    @Test("what has not changed is not sent again")
    func notModified() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        try bench.append(StreamBench.keyFrame(mark: 1), to: writer)
        let fake = ask()
        let tag = try #require(fake.field("etag"))
        fake.close(.completed)
        #expect(shown([HeaderField("if-none-match", tag)]) == (304, nil))
        try bench.append(StreamBench.keyFrame(mark: 2), to: writer)
        clock.us += 2_100_000
        #expect(shown([HeaderField("if-none-match", tag)]) == (200, 2))
    }

    @Test("a picture that is no longer there is made anew, also after there was none")
    func afterNothing() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        #expect(shown().status == 404)
        try bench.append(StreamBench.keyFrame(mark: 1), to: writer)
        #expect(shown() == (200, 1))
    }

    @Test("when it is over the last one is shown; of another broadcast it never is")
    func over() throws {
        let writer = try bench.makeRing()
        try bench.append(StreamBench.keyFrame(mark: 1), to: writer)
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
        let next = try bench.makeRing()
        defer { next.release() }
        #expect(shown().status == 404)
        try bench.append(StreamBench.keyFrame(mark: 2), to: next)
        #expect(shown() == (200, 2))
    }
}
