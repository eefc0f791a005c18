// The values of labels whose numbers are kept on the counter page. A value's position in its list is
// its place there, so these lists only ever grow at the end (see Counter.swift).

package enum MetricLabels {
    /// The names of routes. The first stands for requests that no route has taken.
    package static let routes = [
        "none", "home", "go-live", "player", "embed", "asset", "watch", "publish", "end", "hls",
        "dash", "time", "streams", "stream", "events", "sign-up", "log-in", "log-out", "account",
        "account-change", "me", "me-change", "alive", "ready", "metrics", "redirect",
        "acme-challenge", "status", "kick", "operators", "still", "still-upload", "me-channel",
        "channel", "feed", "oembed", "qr-code", "manifest", "picture",
    ]

    /// Classes of status codes. The first stands for requests that got no response: their client went
    /// before, or they were reset.
    package static let statuses = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"]

    /// What the store of accounts is asked for.
    package static let storeOperations = [
        "check", "user", "user-change", "session", "session-change", "attempts", "secret",
        "broadcasts", "broadcast-record", "clean-up",
    ]

    /// The most routes there may be.
    static let mostRoutes = 64
    /// Places between the counts of one route and those of the next one.
    private static let statusPlaces = 8

    /// The place of a route's name; that of "none" if it is not in the list.
    package static func number(ofRoute name: String) -> Int { routes.firstIndex(of: name) ?? 0 }

    /// The place of a response among the counts of `LabelledCounter.responses`.
    /// - Parameter status: 0 for none.
    package static func responseCell(route: Int, status: Int) -> Int {
        route * statusPlaces + max(0, min(status / 100, statuses.count - 1))
    }
}

extension LabelledCounter {
    /// The values of its labels, each with its place.
    package var series: [(values: [String], cell: Int)] {
        switch self {
        case .responses:
            MetricLabels.routes.enumerated().flatMap { route in
                MetricLabels.statuses.enumerated().map { status in
                    (
                        [route.element, status.element],
                        MetricLabels.responseCell(route: route.offset, status: status.offset * 100)
                    )
                }
            }
        case .storeErrors: MetricLabels.storeOperations.enumerated().map { ([$1], $0) }
        }
    }
}

extension Histogram {
    /// The values of its label, each with its place.
    package var series: [(values: [String], cell: Int)] {
        switch self {
        case .request: MetricLabels.routes.enumerated().map { ([$1], $0) }
        case .storeLatency: MetricLabels.storeOperations.enumerated().map { ([$1], $0) }
        default: [([], 0)]
        }
    }
}
