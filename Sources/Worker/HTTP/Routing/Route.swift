// One route: a place of the HTTP surface, and what can be done there. Rooms return lists of them. What
// follows from these lists (405, OPTIONS, HEAD, reading across origins) is done in one place, by
// RouteTable.

package struct Route {
    package typealias Handler = (Exchange) -> Void

    /// Which pages may use the route, besides those of this server (see CrossOrigin).
    package enum Readers: Sendable {
        /// None.
        case ownPages
        /// Pages of the origins that the operator has named; for reading, all pages.
        case everyPage
    }

    /// The name for counting requests. Several routes may share one.
    package let name: String
    /// See PatternSegment. Several rooms may have routes at the same pattern, each with its own methods.
    let pattern: String
    let readers: Readers
    /// Whether it accepts a body that ends with its connection.
    let takesEndlessBody: Bool
    let handlers: KeyValuePairs<RequestMethod, Handler>

    /// - Parameter handlers: what to do for each method. HEAD is handled like GET, and never gets the
    ///   body; OPTIONS lists the methods.
    package init(
        _ name: String, _ pattern: String, readers: Readers = .ownPages,
        takesEndlessBody: Bool = false, _ handlers: KeyValuePairs<RequestMethod, Handler>
    ) {
        self.name = name
        self.pattern = pattern
        self.readers = readers
        self.takesEndlessBody = takesEndlessBody
        self.handlers = handlers
    }
}

/// All routes at one pattern.
final class RoutePlace {
    let pattern: String
    let readers: Route.Readers
    let takesEndlessBody: Bool
    /// In the order in which Allow names them.
    let methods: [RequestMethod]
    private let handlers: [Route.Handler?]
    /// Under which number a request is counted, by method. A method that there is not counts like the
    /// first one that there is.
    private let numbers: [Int]

    /// - Parameter number: under which the requests for a route of that name are counted.
    init(_ pattern: String, _ routes: [Route], number: (_ name: String) -> Int) {
        var methods: [RequestMethod] = []
        var handlers = [Route.Handler?](repeating: nil, count: RequestMethod.allCases.count)
        var numbers = [Int](
            repeating: routes.first.map { number($0.name) } ?? 0,
            count: RequestMethod.allCases.count)
        func add(_ method: RequestMethod, of route: Route, _ handler: @escaping Route.Handler) {
            let index = Int(method.rawValue)
            precondition(handlers[index] == nil, "a method belongs to one route")
            handlers[index] = handler
            numbers[index] = number(route.name)
            methods.append(method)
        }
        for route in routes {
            for (method, handler) in route.handlers {
                add(method, of: route, handler)
                if method == .get { add(.head, of: route, handler) }
            }
        }
        self.pattern = pattern
        readers = routes.contains { $0.readers == .everyPage } ? .everyPage : .ownPages
        takesEndlessBody = routes.contains(where: \.takesEndlessBody)
        self.methods = methods
        self.handlers = handlers
        self.numbers = numbers
    }

    func handler(for method: RequestMethod) -> Route.Handler? { handlers[Int(method.rawValue)] }

    func number(for method: RequestMethod?) -> Int {
        numbers[method.map { Int($0.rawValue) } ?? 0]
    }

    /// The methods that can be requested, including OPTIONS.
    var allowed: [RequestMethod] { methods + [.options] }
}

extension Exchange {
    /// The part of the target at the first or second parameter of the route's pattern, or at its rest;
    /// as it was sent.
    package func parameter(_ number: Int) -> String {
        precondition(number < 2, "a pattern has few parameters")
        guard let route else { return "" }
        return request.targetText(number == 0 ? route.first : route.second)
    }

    /// Calls `body` with the bytes of that part.
    package func withParameter<Result>(
        _ number: Int, _ body: (Span<UInt8>) -> Result
    ) -> Result {
        let range = route.map { number == 0 ? $0.first : $0.second } ?? 0..<0
        return request.withTarget { body($0.extracting(range)) }
    }

    /// Calls `body` with the bytes of the whole target, as it was sent.
    package func withTarget<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        request.withTarget(body)
    }

    /// Whether that part is exactly `text`.
    package func hasParameter(_ number: Int, _ text: [UInt8]) -> Bool {
        guard let route else { return false }
        return request.withTarget { target in
            target.extracting(number == 0 ? route.first : route.second).isSame(as: text.span)
        }
    }
}
