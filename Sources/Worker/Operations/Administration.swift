// The admin listener: what load balancers, monitoring and operators ask. It is plain HTTP without a
// password; the address it listens on keeps users out. A browser on this machine can reach it too, so a
// request that names its host by a name is refused: a stranger's page may have pointed that name here
// (DNS rebinding).
//
// Owner: the worker's loop thread.

import Credentials
import HTTP
import LinuxIO
import Streams
import Telemetry

package final class Administration: Application {
    private let health: Health
    private let metrics: Metrics
    private var metricsText = Kept<[UInt8]>()
    private let storeWatch: StoreWatch
    private let operators: OperatorRoutes
    private let pages: [Route]

    /// - Parameter pages: the routes of the operators' page.
    package init(
        catalog: StreamCatalog, storeWatch: StoreWatch, counters: CounterPage,
        board: SlotBoard, figures: HTTPFigures, dataDirectory: String, operators: OperatorRoutes,
        pages: [Route]
    ) {
        self.operators = operators
        self.pages = pages
        self.storeWatch = storeWatch
        health = Health(board: board, dataDirectory: dataDirectory)
        metrics = Metrics(
            counters: counters, figures: figures,
            facts: ReportedFacts(
                catalog: catalog, counters: counters, board: board, dataDirectory: dataDirectory))
    }

    private lazy var routes = table(at: .adminListener)

    /// What is served over the control socket: the same, and no request of a browser has to be feared.
    package private(set) lazy var atControlSocket = table(at: .controlSocket)

    private func table(at place: OperatorRoutes.Place) -> RouteTable {
        RouteTable(
            [
                Route("alive", "/healthz", [.get: { [unowned self] in sayAlive($0) }]),
                Route("ready", "/readyz", [.get: { [unowned self] in sayWhetherReady($0) }]),
                Route("metrics", "/metrics", [.get: { [unowned self] in giveFigures($0) }]),
            ] + operators.routes(at: place) + pages,
            crossOrigin: CrossOrigin(origins: []), number: MetricLabels.number,
            nothing: { $0.respond(.adminNotFound) })
    }

    package func begin(_ exchange: Exchange) {
        // Old health checks speak HTTP/1.0 and name no host; browsers always do.
        let authority = exchange.request.authority
        guard authority.isEmpty || Authority.isAddress(authority) else {
            return exchange.respond(.adminByName)
        }
        routes.begin(exchange)
    }

    private func sayAlive(_ exchange: Exchange) {
        respond(exchange, status: 200, type: "text/plain", bytes: Array("ok\n".utf8))
    }

    private func sayWhetherReady(_ exchange: Exchange) {
        storeWatch.whenKnown { [self] storeFault in
            guard !exchange.isOver else { return }
            let report = health.report(storeFault: storeFault)
            respond(
                exchange, status: report.isReady ? 200 : 503, type: "application/json",
                bytes: Array((report.json.text + "\n").utf8))
        }
    }

    private func giveFigures(_ exchange: Exchange) {
        respond(
            exchange, status: 200, type: "text/plain; version=0.0.4; charset=utf-8",
            bytes: metricsText.value(isOutdated: true, clockUs: MonotonicClock.nowUs) {
                Array(metrics.text.utf8)
            })
    }

    private func respond(_ exchange: Exchange, status: Int, type: String, bytes: [UInt8]) {
        exchange.respond(
            status: status,
            headers: [HeaderField("content-type", type), HeaderField("cache-control", "no-store")],
            body: .bytes(bytes))
    }
}

extension Problem {
    fileprivate static let adminByName = Problem(
        status: 421, slug: "misdirected-request", title: "This port is not served under a name",
        detail: "Ask for it by its address, or as localhost.")
    fileprivate static let adminNotFound = Problem(
        status: 404, slug: "not-found", title: "There is nothing here",
        detail: "This port answers /, /healthz, /readyz, /metrics and /status.")
}
