// Requests to watch a stream: who is answered how, and when. Without a connection.

import Accounts
import Credentials
import FakeExchange
import HTTP
import SegmentRing
import StreamBench
import StreamState
import Streams
import Testing

@testable import Delivery

@Suite struct WatchRouteTests {
    private let bench: StreamBench
    private let route: WatchRoute
    private let clients = ClientTable(exemptNetworks: [])

    init() throws {
        let bench = try StreamBench()
        self.bench = bench
        // Where anybody may publish, nobody asks the store.
        let service = AccountService(
            store: try AccountStores.open(.sqlite(path: "/nonexistent/accounts.sqlite")),
            allowsSignUp: false)
        let watch = StoreWatch(
            desk: try AccountDesk(service: service, loop: bench.loop), loop: bench.loop,
            counters: bench.counters, logger: bench.logger)
        route = WatchRoute(
            streams: bench.streams,
            names: ChannelNames(
                credentials: nil, storeWatch: watch,
                hasStream: { bench.streams.find($0) != nil }),
            crossOrigin: CrossOrigin(origins: []), settings: bench.settings,
            showPlayer: { exchange, _ in exchange.respond(status: 299, headers: [], body: .none) })
    }

    private func watch(
        _ query: String = "", method: String = "GET", headers: [HeaderField] = []
    ) -> FakeExchange {
        let fake = FakeExchange(
            Request(method: method, target: "/\(bench.name)/live?\(query)", headers: headers),
            clients: clients)
        let table = RouteTable(route.routes, crossOrigin: CrossOrigin(origins: [])) { _ in }
        table.begin(fake.exchange)
        return fake
    }

    private func append(_ byte: UInt8, isKey: Bool, to writer: RingWriter) throws {
        let bytes = [UInt8](repeating: byte, count: 4_096)
        try bench.append(bytes, isKey ? .independent : [], to: writer)
    }

    /// What there is to be sent now.
    private func read(_ fake: FakeExchange) -> [UInt8] {
        var bytes: [UInt8] = []
        while case .bytes(let piece) = fake.read() { bytes += piece }
        return bytes
    }

    @Test("a person who opens the address gets the player")
    func player() {
        let fake = watch(headers: [HeaderField("sec-fetch-dest", "document")])
        #expect(fake.answer?.status == 299)
        fake.close(.completed)
    }

    @Test("a stream that is not there, or is over, is not found")
    func unknown() throws {
        let before = watch()
        #expect(before.answer?.status == 404)
        before.close(.completed)
        let writer = try bench.makeRing()
        defer { writer.release() }
        bench.streams.find(bench.name)?.end(.stopped)
        let after = watch()
        #expect(after.answer?.status == 404)
        after.close(.completed)
    }

    @Test("a start that cannot be understood is refused", arguments: ["start=1", "start=-x"])
    func invalidStart(query: String) throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        let fake = watch(query)
        #expect(fake.answer?.status == 400)
        fake.close(.completed)
    }

    @Test("a viewer gets the init, then what comes, and is counted as long as it watches")
    func watched() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        let fake = watch()
        #expect(fake.answer?.status == 200)
        #expect(fake.isMedia)
        #expect(bench.counters.total(.viewers) == 1)
        #expect(read(fake) == writer.ring.initialization)
        try append(7, isKey: true, to: writer)
        bench.streams.deliver()
        #expect(fake.resumes == 1)
        let media = read(fake)
        #expect(media.count == 4_096)
        #expect(media.last == 7)
        fake.close(.reset)
        #expect(bench.counters.total(.viewers) == 0)
        #expect(clients.count == 0)
    }

    @Test("who only asks for the header is no viewer")
    func head() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        let fake = watch(method: "HEAD")
        #expect(fake.answer?.status == 200)
        #expect(fake.field("content-type") != nil)
        #expect(bench.counters.total(.viewers) == 0)
        fake.close(.completed)
    }

    @Test("where the ring has gone past the last place to begin, the answer waits for the next one")
    func held() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        for number in 0..<40 { try append(1, isKey: number == 0, to: writer) }
        let fake = watch()
        #expect(fake.answer == nil)
        try append(9, isKey: true, to: writer)
        bench.streams.deliver()
        #expect(fake.answer?.status == 200)
        let bytes = read(fake)
        #expect(bytes.starts(with: writer.ring.initialization))
        #expect(bytes.count == writer.ring.initialization.count + 4_096)
        #expect(bytes.last == 9)
        fake.close(.reset)
    }

    @Test("when its broadcast ends, a viewer gets the rest, and then the end")
    func ended() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        try append(7, isKey: true, to: writer)
        let fake = watch()
        bench.streams.find(bench.name)?.end(.stopped)
        var bytes: [UInt8] = []
        var piece = fake.read()
        while case .bytes(let more) = piece {
            bytes += more
            piece = fake.read()
        }
        #expect(bytes.count == writer.ring.initialization.count + 4_096)
        #expect(piece == .last([]))
        fake.close(.completed)
    }

    @Test("one who is held back is refused when the worker goes")
    func heldAtTheEnd() throws {
        let writer = try bench.makeRing()
        defer { writer.release() }
        for number in 0..<40 { try append(1, isKey: number == 0, to: writer) }
        let fake = watch()
        bench.streams.endViewersOfThisWorker()
        #expect(fake.answer?.status == 503)
        #expect(bench.counters.total(.viewers) == 0)
        fake.close(.completed)
    }
}
