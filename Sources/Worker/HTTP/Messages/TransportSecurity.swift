// Whether an answer binds the browser to https (RFC 6797). What a browser is told holds for every port of
// the host, for a year, and nobody can take it back: so Weir says it on its own account only where it is
// on the port that everybody means by the host's name.

import Settings

package struct TransportSecurity {
    private let mode: TransportSecurityMode

    package init(mode: TransportSecurityMode) {
        self.mode = mode
    }

    private static let field = HeaderField("strict-transport-security", "max-age=31536000")

    /// What pages, and answers of the API about accounts, carry.
    package func fields(for request: Request) -> [HeaderField] {
        switch mode {
        case .on: [Self.field]
        case .off: []
        case .auto: Self.isOnUsualPort(request.authority) ? [Self.field] : []
        }
    }

    /// Whether the browser is on port 443, as it calls this server: "example.org", "[::1]:443".
    static func isOnUsualPort(_ authority: String) -> Bool {
        let host = authority.drop { $0 != "]" }
        let rest = host.isEmpty ? authority[...] : host
        guard let colon = rest.lastIndex(of: ":") else { return !authority.isEmpty }
        return rest[colon...].dropFirst() == "443"
    }
}
