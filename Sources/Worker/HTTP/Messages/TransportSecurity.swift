// Whether an answer binds the browser to https (RFC 6797). That holds for every port of the host, for a
// year, and cannot be taken back. So Weir does it unasked only on the port that everyone means by the
// host's name.

import Settings

package struct TransportSecurity {
    private let mode: TransportSecurityMode

    package init(mode: TransportSecurityMode) {
        self.mode = mode
    }

    private static let field = HeaderField("strict-transport-security", "max-age=31536000")

    /// The fields of pages, and of the API's answers about accounts.
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
