// The plain HTTP port: it sends everyone to the same place on the TLS port. It also answers the challenges of
// certificate authorities, if an ACME client's web root was named, and does nothing else.
//
// Owner: the worker's loop thread.

import HTTP
import Settings
import Telemetry

final class Redirection: Application {
    /// The TLS port that clients are sent to.
    private let port: UInt16
    /// Where they are sent instead, whatever they call this server; nil: to the host that they name.
    private let origin: String?
    private let challenges: ACMEChallenges?
    private static let redirects = MetricLabels.number(ofRoute: "redirect")
    private static let challenged = MetricLabels.number(ofRoute: "acme-challenge")

    /// - Parameter webroot: where an ACME client puts its files; nil when there is none.
    init(port: UInt16, origin: String? = nil, webroot: String? = nil) {
        self.port = port
        self.origin = origin
        challenges = webroot.map { ACMEChallenges(webroot: $0) }
    }

    convenience init(_ settings: Settings) {
        self.init(
            port: settings.listen[0].port, origin: settings.publicOrigin,
            webroot: settings.acmeWebroot)
    }

    func begin(_ exchange: Exchange) {
        let request = exchange.request
        exchange.routeNumber = Self.redirects
        if let challenges, request.path.hasPrefix(ACMEChallenges.path) {
            exchange.routeNumber = Self.challenged
            return challenges.answer(exchange)
        }
        guard let location = location(authority: request.authority, target: request.target) else {
            return exchange.respond(.plaintext)
        }
        // The redirect is not cached for good: the port may change with the next start.
        exchange.respond(
            status: 308,
            headers: [HeaderField("location", location), HeaderField("cache-control", "no-store")],
            body: .bytes([]))
    }

    /// Nil when the client did not name the host, or asked for no particular place.
    func location(authority: String, target: String) -> String? {
        guard target.hasPrefix("/") else { return nil }
        if let origin { return origin + target }
        guard !authority.isEmpty else { return nil }
        let host = Self.host(of: authority)
        return "https://\(host)\(port == 443 ? "" : ":\(port)")\(target)"
    }

    /// Without the port: "example.org:80", "[::1]:80".
    private static func host(of authority: String) -> Substring {
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[afterBracket...].lastIndex(of: ":") else {
            return authority[...]
        }
        return authority[..<colon]
    }
}
