// Secrets that Weir itself makes: 256 random bits as text, in base64url (RFC 4648, section 5) without
// padding. 43 characters; a stream key has a prefix, so that people and scanners for leaked secrets
// recognise it.
//
// A token exists only while it is new, to be shown to its holder once. One that comes back is a
// SecretDigest from the start.

import Text

/// A new secret, in its holder's form.
package struct SecretToken: Sendable {
    package enum Kind: CaseIterable, Sendable {
        case session, streamKey

        fileprivate var prefix: String {
            switch self {
            case .session: ""
            case .streamKey: "weir_"
            }
        }
    }

    let text: String

    init(_ kind: Kind) {
        text = kind.prefix + Base64.forAddresses.text(Self.randomBytes(Self.byteCount))
    }

    /// From the kernel's cryptographic generator.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() as UInt64) }
    }

    /// Whether a presented text has the form of such a secret.
    static func isSecret(_ kind: Kind, _ presented: some StringProtocol) -> Bool {
        let prefix = kind.prefix
        return presented.utf8.count == prefix.utf8.count + characterCount
            && presented.hasPrefix(prefix)
            && presented.utf8.dropFirst(prefix.utf8.count).allSatisfy(
                Base64.forAddresses.isCharacter)
    }

    private static let byteCount = 32
    private static let characterCount = 43

    /// What is stored in place of the secret.
    var digest: SecretDigest { SecretDigest(of: Array(text.utf8)) }
}
