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
            guard let bytes = Base64Decoding.bytes(credentials.utf8),
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

/// Base64 (RFC 4648, section 4), with its padding or without.
enum Base64Decoding {
    /// Nil when it is none.
    static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        var paddingCount = 0
        for character in text {
            if character == UInt8(ascii: "=") {
                paddingCount += 1
                continue
            }
            guard paddingCount == 0, let value = value(character) else { return nil }
            bits = bits << 6 | value
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
        return paddingCount <= 2 && bitCount < 6 ? bytes : nil
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
