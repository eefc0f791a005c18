// What a request presents to show whose it is: a stream key, from an encoder, or the session of a person
// who is signed in, from a browser.
//
// Pure. What is found here has the form of a credential, and leaves as a digest; Credentials says whether
// it is anyone's.

import Accounts
import HTTP

package enum PresentedCredential: Equatable {
    case nothing
    case streamKey(SecretDigest)
    case session(SecretDigest)

    package init(_ request: Request) {
        let parts = request.target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            authorization: request.header("authorization"),
            query: parts.count > 1 ? parts[1] : "", session: SessionCookie.session(of: request))
    }

    /// A stream key takes precedence over a session, because a client that sends one means it. Anything
    /// that is not a stream key is ignored: a proxy in front may ask for credentials of its own.
    init(authorization: String?, query: Substring, session: SecretDigest?) {
        let presented = authorization.flatMap(AuthorizationField.secret)
        if let key = presented.flatMap(Self.key) ?? Self.key(query: query) {
            self = .streamKey(key)
        } else if let session {
            self = .session(session)
        } else {
            self = .nothing
        }
    }

    /// `key=KEY`, once. A key has no character that would have to be escaped.
    private static func key(query: Substring) -> SecretDigest? {
        let values = NamedValues.inQuery(query, named: "key")
        return values.count == 1 ? key(values[0]) : nil
    }

    private static func key(_ presented: some StringProtocol) -> SecretDigest? {
        SecretDigest(.streamKey, presented: Self.trimmed(presented))
    }

    /// Pasted text brings white space with it, encoded or not, and some encoders add a slash to an
    /// address. None of it can be part of a key.
    private static let pasteMarks = [
        "/", " ", "\t", "\r", "\n", "+", "%20", "%09", "%0d", "%0a", "%2f",
    ].map { Array($0.utf8) }
    /// Room for a key and such marks, in bytes; anything longer is no key.
    private static let presentedBytes = 256

    private static func trimmed(_ presented: some StringProtocol) -> String {
        guard presented.utf8.count <= presentedBytes else { return String(presented) }
        var bytes = Array(presented.utf8)[...]
        while let mark = pasteMarks.first(where: { isSame(bytes.suffix($0.count), $0) }) {
            bytes.removeLast(mark.count)
        }
        while let mark = pasteMarks.first(where: { isSame(bytes.prefix($0.count), $0) }) {
            bytes.removeFirst(mark.count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Ignores the case of hexadecimal digits.
    private static func isSame(_ bytes: ArraySlice<UInt8>, _ mark: [UInt8]) -> Bool {
        bytes.elementsEqual(mark) { byte, lower in
            byte == lower || (0x41...0x46).contains(byte) && byte | 0x20 == lower
        }
    }
}
