// What operators see and do, on the admin listener and over the control socket: the status, and ending a
// broadcast.
//
// A browser of an operator can reach the admin listener, so a page of somebody else could send a request there.
// Such a request is refused: browsers say where it comes from. One that names the server by a name is refused
// before (Administration). Over the control socket no browser comes, and its users have proved who they are.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import StreamState
import Streams
import Telemetry
import Text

package final class OperatorRoutes {
    /// Where a request comes in.
    enum Place {
        case adminListener
        case controlSocket
    }

    private let streams: LiveStreams
    private let report: StatusReport
    private let mayAdminAct: Bool
    private var status = Kept<[UInt8]>()

    /// - Parameter mayAdminAct: whether the admin listener is for more than looking.
    package init(
        streams: LiveStreams, catalog: StreamCatalog, server: ServerReport, mayAdminAct: Bool
    ) {
        self.streams = streams
        report = StatusReport(catalog: catalog, server: server)
        self.mayAdminAct = mayAdminAct
    }

    func routes(at place: Place) -> [Route] {
        [
            Route("status", "/status", [.get: { [unowned self] in giveStatus($0) }]),
            Route("kick", "/kick/{name}", [.post: { [unowned self] in kick($0, place) }]),
        ]
    }

    private func giveStatus(_ exchange: Exchange) {
        let bytes = status.value(isOutdated: true, clockUs: MonotonicClock.nowUs) {
            Array(report.json.text.utf8)
        }
        exchange.respond(status: 200, headers: Self.fields, body: .bytes(bytes))
    }

    private func kick(_ exchange: Exchange, _ place: Place) {
        if place == .adminListener {
            guard mayAdminAct else { return exchange.respond(.actionsAreOff) }
            guard Self.isOwnPage(exchange.request) else { return exchange.respond(.crossSite) }
        }
        guard let name = try? StreamName(exchange.parameter(0)), let stream = streams.find(name),
            stream.state != .ended
        else { return exchange.respond(.nothingToKick) }
        stream.kick(by: exchange.request.peer, request: exchange.requestID)
        let answer = JSONValue.object([JSONMember("kicked", .string(name.text))])
        exchange.respond(
            status: 200, headers: Self.fields, body: .bytes(Array(answer.text.utf8)))
    }

    /// Whether a request comes from the operators' page, or from no browser at all.
    private static func isOwnPage(_ request: Request) -> Bool {
        if let site = request.header("sec-fetch-site"), site != "same-origin" { return false }
        guard let origin = request.header("origin") else { return true }
        let authority = request.authority.lowercased()
        return !authority.isEmpty
            && (origin == "http://\(authority)" || origin == "https://\(authority)")
    }

    private static let fields = [
        HeaderField("content-type", "application/json"), HeaderField("cache-control", "no-store"),
    ]
}

extension Problem {
    fileprivate static let actionsAreOff = Problem(
        status: 403, slug: "actions-off", title: "Nothing can be changed from here",
        detail: "Use weir kick on the server, or start it with --admin-actions on.")
    fileprivate static let nothingToKick = Problem(
        status: 404, slug: "not-live", title: "There is no broadcast of that name")
}
