// What the admin listener answers, without a connection.

import Accounts
import Credentials
import FakeExchange
import HTTP
import StreamBench
import Streams
import Telemetry
import Testing

@testable import Operations

@Suite(.timeLimit(.minutes(1))) struct AdministrationTests {
    private let bench: StreamBench
    private let watch: StoreWatch
    private let administration: Administration

    init() throws {
        bench = try StreamBench()
        bench.board.set(.generation, 1)
        let service = AccountService(
            store: try AccountStores.open(.sqlite(path: bench.directory + "/accounts.sqlite")),
            allowsSignUp: false)
        watch = StoreWatch(
            desk: try AccountDesk(service: service, loop: bench.loop), loop: bench.loop,
            counters: bench.counters, logger: bench.logger)
        let catalog = StreamCatalog(
            source: bench.streams, changes: bench.changes, loop: bench.loop)
        administration = Administration(
            catalog: catalog,
            storeWatch: watch, counters: bench.counters.page, board: bench.board,
            figures: HTTPFigures(counters: bench.counters), dataDirectory: bench.directory,
            operators: OperatorRoutes(
                streams: bench.streams, catalog: catalog,
                server: ServerReport(board: bench.board, counters: bench.counters.page),
                mayAdminAct: true), pages: [])
    }

    private func ask(
        _ target: String, method: String = "GET", authority: String = "127.0.0.1:9443"
    ) -> FakeExchange {
        let fake = FakeExchange(Request(method: method, authority: authority, target: target))
        administration.begin(fake.exchange)
        return fake
    }

    /// Lets the store be asked.
    private func learnOfStore() {
        watch.start()
        watch.whenKnown { _ in self.bench.loop.stop() }
        bench.loop.run()
    }

    private func text(_ fake: FakeExchange) -> String {
        String(decoding: fake.readAll() ?? [], as: UTF8.self)
    }

    @Test(
        "each place is answered, and nothing else is there",
        arguments: [
            ("GET", "/healthz", 200), ("HEAD", "/healthz", 200), ("GET", "/metrics?a=b", 200),
            ("POST", "/healthz", 405), ("GET", "/", 404), ("GET", "/healthz/", 404),
            ("OPTIONS", "/healthz", 204), ("OPTIONS", "*", 204), ("OPTIONS", "/", 404),
        ])
    func places(method: String, target: String, status: Int) {
        let fake = ask(target, method: method)
        #expect(fake.answer?.status == status)
        fake.close(.completed)
    }

    @Test("no page of another origin may read anything", arguments: ["/healthz", "*"])
    func origins(target: String) {
        let fake = FakeExchange(
            Request(
                method: "OPTIONS", authority: "127.0.0.1:9443", target: target,
                headers: [
                    HeaderField("origin", "https://evil.example"),
                    HeaderField("access-control-request-method", "GET"),
                ]))
        administration.begin(fake.exchange)
        #expect(fake.field("allow")?.hasPrefix("GET, HEAD, ") == true)
        #expect(fake.field("access-control-allow-origin") == nil)
        fake.close(.completed)
    }

    @Test(
        "a request by a name is refused, since a stranger's page may have pointed it here",
        arguments: [("evil.example:9443", 421), ("localhost", 200), ("[::1]:9443", 200), ("", 200)])
    func names(authority: String, status: Int) {
        let fake = ask("/healthz", authority: authority)
        #expect(fake.answer?.status == status)
        fake.close(.completed)
    }

    @Test("the server is ready when its workers are and the store answers")
    func ready() {
        let early = ask("/readyz")
        #expect(early.answer == nil, "nothing is known of the store yet")
        bench.board.set(.wantedWorkers, 1)
        learnOfStore()
        #expect(early.answer?.status == 200)
        #expect(
            text(early) == """
                {"status":"ready","checks":\
                {"serving":"ok","workers":"ok","data":"ok","accounts":"ok"}}\n
                """)
        early.close(.completed)
    }

    @Test("it is not while a worker is missing, or when it is stopping")
    func notReady() {
        learnOfStore()
        bench.board.set(.wantedWorkers, 2)
        let missing = ask("/readyz")
        #expect(missing.answer?.status == 503)
        #expect(text(missing).contains("1 of 2 are ready"))
        missing.close(.completed)
        bench.board.set(.wantedWorkers, 1)
        bench.board.set(.isStopping, 1)
        let draining = ask("/readyz")
        #expect(draining.answer?.status == 503)
        #expect(text(draining).contains("the server is stopping"))
        draining.close(.completed)
    }
}
