// The HTTP surface of the TLS port (DESIGN section 6): which path and method is whose. It knows no
// protocol version; that is the sessions' business.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import Settings
import Telemetry

final class Router: Application {
    private let streams: LiveStreams
    private let catalog: StreamCatalog
    private let publishing: Publishing
    private let crossOrigin: CrossOrigin
    private let environment: WorkerEnvironment
    private let pages: PageRoutes
    private let names: ChannelNames
    private let accounts: AccountRoutes
    private let events: EventHub
    private var addressLine = LogPause(ms: Limits.logRepeatMs)
    private static let pathCharactersLogged = 100

    init(
        streams: LiveStreams, catalog: StreamCatalog, publishing: Publishing, events: EventHub,
        pages: PageRoutes, names: ChannelNames,
        accounts: AccountRoutes, crossOrigin: CrossOrigin, environment: WorkerEnvironment
    ) {
        self.streams = streams
        self.catalog = catalog
        self.publishing = publishing
        self.events = events
        self.crossOrigin = crossOrigin
        self.environment = environment
        self.pages = pages
        self.names = names
        self.accounts = accounts
    }

    func begin(_ exchange: Exchange) {
        // RFC 9110, section 9.3.7: about the server as a whole.
        if exchange.request.target == "*", exchange.request.method == "OPTIONS" {
            return preflight(exchange, methods: Self.liveMethods)
        }
        let parts = exchange.request.target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? parts[1] : ""
        let sent = Array(
            parts[0].split(separator: "/", omittingEmptySubsequences: false).dropFirst())
        let address = StreamAddress(sent)
        if let address, exchange.request.isNavigation {
            return redirect(exchange, to: address, query: query)
        }
        // Encoders and players do not all follow redirects.
        switch address.flatMap({ $0.isOfMedia ? $0.path : nil }) ?? sent {
        case ["api", "streams"]: listStreams(exchange)
        case ["api", "events"]:
            reading(exchange, isPublic: true) { events.answer(exchange, query: query) }
        case let path where path.count == 3 && path.starts(with: ["api", "streams"]):
            describeStream(exchange, name: path[2])
        case let path where path.count == 2 && path[1] == "live":
            live(exchange, name: path[0], query: query)
        case _ where exchange.request.isEndless: nothing(exchange)
        case let path:
            if accounts.begin(exchange, path: path, query: query) { return }
            page(exchange, path: path)
        }
    }

    private func page(_ exchange: Exchange, path: [Substring]) {
        switch path {
        case [""]: reading(exchange) { pages.home(exchange) }
        case ["live"]: reading(exchange) { pages.broadcast(exchange) }
        case ["favicon.ico"]: reading(exchange) { pages.icon(exchange) }
        case let path where path.count == 2 && path[1] == "watchLive":
            guard let name = try? StreamName(path[0]) else { return nothing(exchange) }
            reading(exchange) { pages.watch(exchange, name: name) }
        case let path where path.count == 2 && path[1] == "embed":
            reading(exchange) { pages.embed(exchange, name: try? StreamName(path[0])) }
        case let path where path.first == "assets":
            guard let asset = pages.asset(path.dropFirst()) else { return nothing(exchange) }
            reading(exchange) { pages.answer(exchange, asset: asset) }
        default: nothing(exchange)
        }
    }

    /// There is nothing here, in the form that the client can use.
    private func nothing(_ exchange: Exchange) {
        if exchange.request.isNavigation { return pages.notFound(exchange) }
        logWrongAddress(of: exchange.request, .notFound)
        refuse(exchange, .notFound)
    }

    /// A page that was asked for by an address that is not quite its own. Not kept for good: who has
    /// learnt the right one asks by that.
    private func redirect(_ exchange: Exchange, to address: StreamAddress, query: Substring) {
        reading(exchange) {
            let location =
                "/" + address.path.joined(separator: "/") + (query.isEmpty ? "" : "?\(query)")
            exchange.respond(
                status: 308,
                headers: [
                    HeaderField("location", location), HeaderField("cache-control", "no-store"),
                ], body: .bytes([]))
        }
    }

    /// An encoder tells the person in front of it little of what it is answered.
    private func logWrongAddress(of request: Request, _ problem: Problem) {
        guard Self.publishMethods.contains(request.method),
            let leftOut = addressLine.leftOut(nowMs: environment.loop.nowMs)
        else { return }
        let path = request.target.prefix { $0 != "?" }.prefix(Self.pathCharactersLogged)
        environment.logger.notice(
            "broadcast refused: its address is not /NAME/live",
            metadata: [
                "path": "\(path)", "reason": "\(problem.slug)", "peer": "\(request.peer)",
                "leftOut": "\(leftOut)",
            ])
    }

    // MARK: /NAME/live

    /// SOURCE is Icecast's word for an endless PUT.
    private static let publishMethods = ["POST", "PUT", "SOURCE"]
    private static let liveMethods = ["GET", "HEAD"] + publishMethods + ["DELETE", "OPTIONS"]

    private func live(_ exchange: Exchange, name rawName: Substring, query: Substring) {
        let method = exchange.request.method
        if method == "OPTIONS" {
            return preflight(
                exchange, methods: Self.liveMethods, publicMethods: Self.publicMethods)
        }
        guard Self.liveMethods.contains(method) else {
            return refuse(exchange, .methodNotAllowed(allow: Self.liveMethods))
        }
        guard let name = try? StreamName(rawName) else {
            if Self.publicMethods.contains(method) { return refuseReader(exchange, .unknownStream) }
            logWrongAddress(of: exchange.request, .invalidName)
            return refuse(exchange, .invalidName)
        }
        switch method {
        case "POST", "PUT", "SOURCE": publishing.publish(exchange, to: name)
        case "DELETE": publishing.end(exchange, name: name)
        default: watch(exchange, name: name, query: query)
        }
    }

    private func watch(_ exchange: Exchange, name: StreamName, query: Substring) {
        // The address of a stream, opened by a person: the player is at hand.
        if exchange.request.isNavigation { return pages.watch(exchange, name: name) }
        guard let stream = streams.find(name) else {
            if streams.fault(of: name) != nil { return refuseReader(exchange, .unreadableStream) }
            return names.look(up: name, for: exchange) { [self] isAnybodys in
                refuseReader(exchange, isAnybodys ? .unknownStream : .unknownChannel)
            }
        }
        guard stream.state != .ended else { return refuseReader(exchange, .notLive) }
        guard let start = LiveReader.Start(query: query, ringMs: environment.settings.ringMs) else {
            return refuseReader(exchange, .invalidStart)
        }
        let headers =
            [
                HeaderField("content-type", stream.contentType),
                HeaderField("cache-control", "no-store, no-transform"),
                HeaderField("x-content-type-options", "nosniff"),
                // There is no end to count ranges from.
                HeaderField("accept-ranges", "none"),
                // Asks a proxy not to collect what is to be seen at once.
                HeaderField("x-accel-buffering", "no"),
            ] + crossOrigin.publicHeaders(for: exchange.request)
        if exchange.request.method == "HEAD" {
            return exchange.respond(status: 200, headers: headers, body: .none)
        }
        guard exchange.client.take(.viewers) else {
            let hasItsShare = exchange.client.hasItsShare(of: .viewers)
            return refuseReader(exchange, hasItsShare ? .tooManyViewersOfClient : .tooManyViewers)
        }
        let viewer = Viewer(
            exchange: exchange, stream: stream, start: start,
            maxLagMs: environment.settings.maxLagMs)
        stream.add(viewer)
        exchange.handler = viewer
        viewer.begin(headers: headers) { [unowned self, unowned exchange] in
            refuseReader(exchange, $0)
        }
    }

    // MARK: /api/streams

    private func listStreams(_ exchange: Exchange) {
        reading(exchange, isPublic: true) { answer(exchange, .shared(catalog.listJSON())) }
    }

    private func describeStream(_ exchange: Exchange, name: Substring) {
        reading(exchange, isPublic: true) {
            guard let name = try? StreamName(name), let stream = streams.find(name) else {
                return refuseReader(exchange, .unknownStream)
            }
            stream.refreshFigures()
            answer(exchange, .bytes(stream.json))
        }
    }

    private func answer(_ exchange: Exchange, _ body: ResponseBody) {
        let headers =
            [
                HeaderField("content-type", "application/json"),
                HeaderField("cache-control", "no-store"),
            ] + crossOrigin.publicHeaders(for: exchange.request)
        exchange.respond(status: 200, headers: headers, body: body)
    }

    // MARK: What routes share

    /// With which pages of any origin may read what is public.
    private static let publicMethods = ["GET", "HEAD"]

    /// A resource that can only be read; `isPublic`: by the pages of any origin.
    private func reading(_ exchange: Exchange, isPublic: Bool = false, _ answer: () -> Void) {
        let methods = Self.publicMethods + ["OPTIONS"]
        switch exchange.request.method {
        case "GET", "HEAD": answer()
        case "OPTIONS":
            preflight(
                exchange, methods: methods, publicMethods: isPublic ? Self.publicMethods : [])
        default: refuse(exchange, .methodNotAllowed(allow: methods))
        }
    }

    private func preflight(
        _ exchange: Exchange, methods: [String], publicMethods: [String] = []
    ) {
        let headers =
            [HeaderField("allow", methods.joined(separator: ", "))]
            + crossOrigin.preflightHeaders(
                for: exchange.request, methods: methods, publicMethods: publicMethods)
        exchange.respond(status: 204, headers: headers, body: .none)
    }

    /// Refuses somebody who wants to read what is public.
    private func refuseReader(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.publicHeaders(for: exchange.request))
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.respond(problem, headers: crossOrigin.headers(for: exchange.request))
    }
}

extension Request {
    /// Whether a person opens this address in a browser, rather than a page or a program
    /// (Fetch Metadata, section 2.1).
    var isNavigation: Bool { header("sec-fetch-dest") == "document" }
}

extension LiveReader.Start {
    /// Reads `start=-N` (seconds) from a query; nil when it is there but cannot be understood.
    init?(query: Substring, ringMs: UInt64) {
        let values = NamedValues.inQuery(query, named: "start")
        guard let value = values.first else {
            self = .newest
            return
        }
        guard values.count == 1, value.allSatisfy({ "-.0123456789".contains($0) }),
            let seconds = Double(value), seconds <= 0, seconds > -1e6
        else { return nil }
        self = seconds == 0 ? .newest : .rewound(byMs: min(UInt64(-seconds * 1_000), ringMs))
    }
}
