// The cookie that keeps a browser signed in (RFC 6265; the prefix __Host-: RFC 6265bis, section 4.1.3).
// Its value is a session's token and nothing else; what a session is stands in the store.

import HTTP
import Settings

enum SessionCookie {
    static let name = "__Host-weir"

    /// The token that the request brings; nil when it brings none, or several.
    static func token(of request: Request) -> Substring? {
        guard let field = request.header("cookie") else { return nil }
        let values = NamedValues.inCookies(field, named: name)
        return values.count == 1 ? values[0] : nil
    }

    static func set(token: String) -> HeaderField {
        HeaderField("set-cookie", field(value: token, maxAgeS: Limits.sessionMs / 1_000))
    }

    static let cleared = HeaderField("set-cookie", field(value: "", maxAgeS: 0))

    private static func field(value: String, maxAgeS: UInt64) -> String {
        "\(name)=\(value); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=\(maxAgeS)"
    }
}
