// What operators see and do over HTTP: the status, and who may end a broadcast.

import FakeExchange
import HTTP
import SegmentRing
import StreamBench
import StreamState
import Streams
import Telemetry
import Testing
import Text

@testable import Operations

@Suite(.timeLimit(.minutes(1))) struct OperatorRoutesTests {
    private let bench: StreamBench
    private let board: SlotBoard

    init() throws {
        bench = try StreamBench()
        board = try SlotBoard()
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [], slot: 0)
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        writer.release()
    }

    private func table(
        at place: OperatorRoutes.Place, mayAdminAct: Bool = true
    ) -> (RouteTable, OperatorRoutes) {
        let catalog = StreamCatalog(
            source: bench.streams, changes: bench.changes, loop: bench.loop)
        let operators = OperatorRoutes(
            streams: bench.streams, catalog: catalog,
            server: ServerReport(board: board, counters: bench.counters.page),
            mayAdminAct: mayAdminAct)
        return (
            RouteTable(
                operators.routes(at: place), crossOrigin: CrossOrigin(origins: []),
                nothing: { $0.respond(.methodNotAllowed(allow: [])) }), operators
        )
    }

    private func ask(
        _ table: (RouteTable, OperatorRoutes), _ method: String, _ target: String,
        _ headers: [HeaderField] = []
    ) -> FakeExchange {
        let fake = FakeExchange(
            Request(
                method: method, scheme: "http", authority: "127.0.0.1:9443", target: target,
                headers: headers))
        table.0.begin(fake.exchange)
        return fake
    }

    private var isLive: Bool { bench.streams.find(bench.name)?.state != .ended }

    @Test("the status has the server, its workers and its streams")
    func status() throws {
        board.set(.generation, 7)
        board.show(
            SlotReport(state: .draining, generation: 6, processID: 1, startedBootMs: 5), slot: 63)
        let fake = ask(table(at: .adminListener), "GET", "/status")
        #expect(fake.answer?.status == 200)
        let json = try #require(JSONValue(parsing: fake.readAll() ?? []))
        fake.close(.completed)
        #expect(json["server"]?["generation"]?.integer == 7)
        let worker = try #require(json["workers"]?.array?.first)
        #expect(json["workers"]?.array?.count == 1)
        #expect(worker["slot"]?.integer == 63)
        #expect(worker["state"]?.string == "draining")
        let stream = try #require(json["streams"]?.array?.first)
        #expect(stream["name"]?.string == "somebody")
        #expect(stream["state"]?.string == "live")
        #expect(stream["light"]?.string == "green")
    }

    @Test("a broadcast is ended, once")
    func kick() {
        let table = table(at: .controlSocket, mayAdminAct: false)
        for (name, status) in [("nobody", 404), ("x", 404), ("somebody", 200), ("somebody", 404)] {
            let fake = ask(table, "POST", "/kick/\(name)")
            #expect(fake.answer?.status == status)
            fake.close(.completed)
        }
        #expect(!isLive)
    }

    @Test("nothing is ended by a look")
    func methods() {
        let fake = ask(table(at: .adminListener), "GET", "/kick/somebody")
        #expect(fake.answer?.status == 405)
        fake.close(.completed)
        #expect(isLive)
    }

    @Test(
        "on the admin listener, only the operators' own page and programs end a broadcast",
        arguments: [
            ([], true), ([("origin", "http://127.0.0.1:9443")], true),
            (
                [("origin", "http://127.0.0.1:9443"), ("sec-fetch-site", "same-origin")], true
            ),
            ([("origin", "http://127.0.0.1:9444")], false), ([("origin", "null")], false),
            ([("origin", "http://evil.example")], false),
            (
                [("origin", "http://127.0.0.1:9443"), ("sec-fetch-site", "same-site")], false
            ),
            ([("sec-fetch-site", "cross-site")], false), ([("sec-fetch-site", "none")], false),
        ])
    func origins(fields: [(String, String)], isAllowed: Bool) {
        let headers = fields.map { HeaderField(name: $0.0, value: $0.1) }
        let fake = ask(table(at: .adminListener), "POST", "/kick/somebody", headers)
        #expect(fake.answer?.status == (isAllowed ? 200 : 403))
        fake.close(.completed)
        #expect(isLive != isAllowed)
    }

    @Test("where the admin listener is for looking only, nobody ends a broadcast there")
    func lookingOnly() {
        let fake = ask(table(at: .adminListener, mayAdminAct: false), "POST", "/kick/somebody")
        #expect(fake.answer?.status == 403)
        fake.close(.completed)
        #expect(isLive)
    }
}
