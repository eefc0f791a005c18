// The cookies that a browser keeps (RFC 6265; the prefix __Host-: RFC 6265bis, section 4.1.3). One keeps
// it signed in; its value is a session's token and nothing else, and becomes a digest here. The other tells it from strangers when
// it signs in again, but does not sign anyone in. Accounts knows what they mean.

import Accounts
import HTTP
import Settings

package enum SessionCookie {
    package static let name = "__Host-weir"

    /// The session whose token the request brings; nil when it brings none, or several, or something
    /// that cannot be one.
    package static func session(of request: Request) -> SecretDigest? {
        HostCookie.value(of: name, in: request).flatMap { SecretDigest(.session, presented: $0) }
    }

    package static func set(token: String) -> HeaderField {
        HostCookie.field(name, value: token, maxAgeS: Limits.sessionMs / 1_000)
    }

    package static let cleared = HostCookie.field(name, value: "", maxAgeS: 0)

    /// Sets the cookie again when the session was prolonged.
    package static func renewal(_ holder: SessionHolder, _ request: Request) -> [HeaderField] {
        guard holder.wasProlonged, let token = HostCookie.value(of: name, in: request)
        else { return [] }
        return [set(token: String(token))]
    }
}

/// Stays when its user signs out, which is its purpose. It knows the account that signed in last.
package enum DeviceCookie {
    package static let name = "__Host-weir-device"

    package static func token(of request: Request) -> String? {
        HostCookie.value(of: name, in: request).map(String.init)
    }

    package static func set(token: String) -> HeaderField {
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
