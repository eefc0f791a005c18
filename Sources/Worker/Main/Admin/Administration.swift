// The admin listener: what load balancers, monitoring and people who run the server ask. Plain HTTP,
// no password; that it is not for users is the address it listens on.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO

final class Administration: Application {
    private let health: Health
    private let metrics: Metrics
    private var metricsText = Kept<[UInt8]>()
    private let storeWatch: StoreWatch
    /// The worker is going, and with it the server.
    var isDraining = false

    init(catalog: StreamCatalog, storeWatch: StoreWatch, environment: WorkerEnvironment) {
        self.storeWatch = storeWatch
        health = Health(environment: environment)
        metrics = Metrics(catalog: catalog, environment: environment)
    }

    func begin(_ exchange: Exchange) {
        let path = exchange.request.target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let methods = ["GET", "HEAD"]
        let isReading = methods.contains(exchange.request.method)
        switch path {
        case "/healthz", "/readyz", "/metrics":
            guard isReading else {
                return exchange.respond(.methodNotAllowed(allow: methods))
            }
            answer(exchange, path: path)
        default:
            exchange.respond(.adminNotFound)
        }
    }

    private func answer(_ exchange: Exchange, path: Substring) {
        switch path {
        case "/healthz":
            respond(exchange, status: 200, type: "text/plain", bytes: Array("ok\n".utf8))
        case "/readyz":
            storeWatch.whenKnown { [self] storeFault in
                guard !exchange.isOver else { return }
                let report = health.report(isDraining: isDraining, storeFault: storeFault)
                respond(
                    exchange, status: report.isReady ? 200 : 503, type: "application/json",
                    bytes: Array((report.json.text + "\n").utf8))
            }
        default:
            respond(
                exchange, status: 200, type: "text/plain; version=0.0.4; charset=utf-8",
                bytes: metricsText.value(isOutdated: true, clockUs: MonotonicClock.nowUs) {
                    Array(metrics.text.utf8)
                })
        }
    }

    private func respond(_ exchange: Exchange, status: Int, type: String, bytes: [UInt8]) {
        exchange.respond(
            status: status,
            headers: [HeaderField("content-type", type), HeaderField("cache-control", "no-store")],
            body: .bytes(bytes))
    }
}

extension Problem {
    fileprivate static let adminNotFound = Problem(
        status: 404, slug: "not-found", title: "There is nothing here",
        detail: "This port answers /healthz, /readyz and /metrics.")
}
