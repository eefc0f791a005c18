// The HTTP surface of a port as one table: finds the route of each request, and calls its handler for
// the method. The table itself answers when there is no route, or no such method.
//
// Owner: the loop's thread.

package final class RouteTable: Application {
    /// What an unusual address means (see SplitTarget.isUnusual).
    package enum Meaning {
        /// What it says.
        case asSent
        /// This target.
        case target(String)
        /// A page at this target: browsers are redirected to it.
        case elsewhere(String)
    }

    private let places: [RoutePlace]
    private let tree: RouteTree
    private let crossOrigin: CrossOrigin
    private let meaning: (Request) -> Meaning
    private let nothing: (Exchange) -> Void
    /// The methods that the server as a whole supports.
    private let methods: [RequestMethod]

    /// - Parameters:
    ///   - number: the number under which requests for a route of that name are counted.
    ///   - meaning: asked about unusual addresses only.
    ///   - nothing: answers when there is no route.
    package init(
        _ routes: [Route], crossOrigin: CrossOrigin,
        number: (_ name: String) -> Int = { _ in 0 },
        meaning: @escaping (Request) -> Meaning = { _ in .asSent },
        nothing: @escaping (Exchange) -> Void
    ) {
        places = Self.places(routes, number)
        tree = RouteTree(places.map(\.pattern))
        self.crossOrigin = crossOrigin
        self.meaning = meaning
        self.nothing = nothing
        let known = Set(places.flatMap(\.allowed))
        methods = RequestMethod.allCases.filter(known.contains)
    }

    private static func places(_ routes: [Route], _ number: (String) -> Int) -> [RoutePlace] {
        var patterns: [String] = []
        for route in routes where !patterns.contains(route.pattern) {
            patterns.append(route.pattern)
        }
        return patterns.map { pattern in
            RoutePlace(pattern, routes.filter { $0.pattern == pattern }, number: number)
        }
    }

    package func begin(_ exchange: Exchange) {
        if exchange.request.split.isUnusual {
            switch meaning(exchange.request) {
            case .asSent: break
            case .target(let target): exchange.goOn(at: target)
            case .elsewhere(let target): return redirect(exchange, to: target)
            }
        }
        let found = exchange.request.withTarget { tree.find(exchange.request.split, in: $0) }
        guard let found else { return answerNowhere(exchange) }
        let place = places[found.pattern]
        exchange.route = found
        if exchange.request.isEndless, !place.takesEndlessBody { return nothing(exchange) }
        let known = exchange.request.knownMethod
        exchange.routeNumber = place.number(for: known)
        guard let method = known else { return refuse(exchange, place) }
        if let handler = place.handler(for: method) { return handler(exchange) }
        method == .options ? preflight(exchange, place) : refuse(exchange, place)
    }

    // MARK: No route

    private func answerNowhere(_ exchange: Exchange) {
        // RFC 9110, section 9.3.7: about the server as a whole.
        guard exchange.request.knownMethod == .options, exchange.request.isAboutServer else {
            return nothing(exchange)
        }
        preflight(exchange, methods, readers: .everyPage, publicMethods: [])
    }

    /// The redirect is not cached for good: a browser that has learnt the right address asks for that
    /// one.
    private func redirect(_ exchange: Exchange, to target: String) {
        exchange.respond(
            status: 308,
            headers: [HeaderField("location", target), HeaderField("cache-control", "no-store")],
            body: .bytes([]))
    }

    // MARK: Routes

    private func refuse(_ exchange: Exchange, _ place: RoutePlace) {
        let headers = place.readers == .everyPage ? crossOrigin.headers(for: exchange.request) : []
        exchange.respond(.methodNotAllowed(allow: place.allowed), headers: headers)
    }

    private func preflight(_ exchange: Exchange, _ place: RoutePlace) {
        let reading = place.methods.filter { $0 == .get || $0 == .head }
        preflight(exchange, place.allowed, readers: place.readers, publicMethods: reading)
    }

    private func preflight(
        _ exchange: Exchange, _ methods: [RequestMethod], readers: Route.Readers,
        publicMethods: [RequestMethod]
    ) {
        var headers = [HeaderField("allow", methods.map(\.text).joined(separator: ", "))]
        if readers == .everyPage {
            headers += crossOrigin.preflightHeaders(
                for: exchange.request, methods: methods.map(\.text),
                publicMethods: publicMethods.map(\.text))
        }
        exchange.respond(status: 204, headers: headers, body: .none)
    }
}

extension Exchange {
    fileprivate func goOn(at target: String) { replaceTarget(Array(target.utf8)) }
}

extension Request {
    /// The asterisk form.
    fileprivate var isAboutServer: Bool { withTarget { $0.equals("*") } }
}

extension Problem {
    package static func methodNotAllowed(allow methods: [RequestMethod]) -> Problem {
        let names = methods.map(\.text).joined(separator: ", ")
        return Problem(
            status: 405, slug: "method-not-allowed", title: "This method is not allowed here",
            detail: "Allowed: \(names).", headers: [HeaderField("allow", names)])
    }
}
