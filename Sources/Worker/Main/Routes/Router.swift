// The HTTP surface of the TLS port (DESIGN section 6): which path and method is whose. It knows no
// protocol version; that is the sessions' business.
//
// Owner: the worker's loop thread.

import AccountRoutes
import Delivery
import Events
import HTTP
import Ingest
import LinuxIO
import Logging
import PageRoutes
import Settings
import StreamState
import Streams
import Telemetry

final class Router: Application {
    private let streams: LiveStreams
    private let catalog: StreamCatalog
    private let publishing: Publishing
    private let crossOrigin: CrossOrigin
    private let loop: EventLoop
    private let logger: Logger
    private let pages: PageRoutes
    private let watching: WatchRoute
    private let accounts: AccountRoutes
    private let events: EventHub
    private var addressLine = LogPause(ms: Limits.logRepeatMs)
    private static let pathCharactersLogged = 100

    init(
        streams: LiveStreams, catalog: StreamCatalog, publishing: Publishing, events: EventHub,
        watching: WatchRoute, pages: PageRoutes, accounts: AccountRoutes,
        crossOrigin: CrossOrigin, loop: EventLoop, logger: Logger
    ) {
        self.streams = streams
        self.catalog = catalog
        self.publishing = publishing
        self.events = events
        self.crossOrigin = crossOrigin
        self.loop = loop
        self.logger = logger
        self.pages = pages
        self.watching = watching
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
            let leftOut = addressLine.leftOut(nowMs: loop.nowMs)
        else { return }
        let path = request.target.prefix { $0 != "?" }.prefix(Self.pathCharactersLogged)
        logger.notice(
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
        // The address of a stream, opened by a person: the player is at hand.
        case _ where exchange.request.isNavigation: pages.watch(exchange, name: name)
        default: watching.answer(exchange, name: name, query: query)
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

extension Problem {
    fileprivate static let notFound = Problem(
        status: 404, slug: "not-found", title: "There is nothing here",
        detail: "Streams are at /NAME/live, the list of them at /api/streams.")
}
