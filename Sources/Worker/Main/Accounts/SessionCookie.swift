// The cookies that a browser keeps (RFC 6265; the prefix __Host-: RFC 6265bis, section 4.1.3): the one
// that keeps it signed in, whose value is a session's token and nothing else, and the one that tells it
// from strangers when it signs in again, which signs nobody in. What they mean is for Accounts.

import HTTP
import Settings

enum SessionCookie {
    static let name = "__Host-weir"

    /// The token that the request brings; nil when it brings none, or several.
    static func token(of request: Request) -> Substring? { HostCookie.value(of: name, in: request) }

    static func set(token: String) -> HeaderField {
        HostCookie.field(name, value: token, maxAgeS: Limits.sessionMs / 1_000)
    }

    static let cleared = HostCookie.field(name, value: "", maxAgeS: 0)
}

/// Stays when its user signs out: that is what it is for. It knows whoever signed in last.
enum DeviceCookie {
    static let name = "__Host-weir-device"

    static func token(of request: Request) -> String? {
        HostCookie.value(of: name, in: request).map(String.init)
    }

    static func set(token: String) -> HeaderField {
        HostCookie.field(name, value: token, maxAgeS: Limits.knownDeviceMs / 1_000)
    }
}

private enum HostCookie {
    static func value(of name: String, in request: Request) -> Substring? {
        guard let field = request.header("cookie") else { return nil }
        let values = NamedValues.inCookies(field, named: name)
        return values.count == 1 ? values[0] : nil
    }

    static func field(_ name: String, value: String, maxAgeS: UInt64) -> HeaderField {
        HeaderField(
            "set-cookie",
            "\(name)=\(value); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=\(maxAgeS)")
    }
}
