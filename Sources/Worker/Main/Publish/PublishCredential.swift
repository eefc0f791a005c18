// What a request to publish presents to show whose it is: a stream key, from an encoder, or the session
// of somebody who is signed in, from a browser.
//
// Pure: what is found here has the form of a credential; whether anybody holds it is for Credentials.

import Accounts
import HTTP

enum PublishCredential: Equatable {
    case nothing
    case streamKey(String)
    case session(String)

    init(_ request: Request) {
        let parts = request.target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            authorization: request.header("authorization"),
            query: parts.count > 1 ? parts[1] : "", cookie: SessionCookie.token(of: request))
    }

    /// A stream key goes before a session, because who sends one means it. What is no stream key is
    /// not looked at: a proxy in front may ask for credentials of its own.
    init(authorization: String?, query: Substring, cookie: Substring?) {
        if let key = authorization.flatMap(Self.key(authorization:)) ?? Self.key(query: query) {
            self = .streamKey(key)
        } else if let cookie {
            self = .session(String(cookie))
        } else {
            self = .nothing
        }
    }

    /// `Bearer KEY` (RFC 6750, section 2.1), or `Basic`, of whatever user, with the key as password
    /// (RFC 7617, section 2).
    private static func key(authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let credentials = parts[1].drop { $0 == " " }
        switch parts[0].lowercased() {
        case "bearer": return key(credentials)
        case "basic":
            guard let bytes = Base64.bytes(credentials.utf8),
                let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
                let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
            else { return nil }
            return key(password)
        default: return nil
        }
    }

    /// `key=KEY`, once. A key has no character that would have to be escaped.
    private static func key(query: Substring) -> String? {
        let values = query.split(separator: "&").filter { $0.hasPrefix("key=") }
        return values.count == 1 ? key(values[0].dropFirst("key=".count)) : nil
    }

    private static func key(_ presented: some StringProtocol) -> String? {
        SecretToken(.streamKey, presented: presented)?.text
    }
}
