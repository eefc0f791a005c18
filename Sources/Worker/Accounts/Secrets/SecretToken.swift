// Secrets that Weir itself makes: 256 random bits as text, in base64url (RFC 4648, section 5) without
// padding. 43 characters; a stream key has a prefix, so that people and scanners for leaked secrets
// recognise it.
//
// Unsafe use: EVP_Digest reads the bytes and writes 32 of them, all within one call.

import COpenSSL
import Text

/// A secret in its holder's form.
package struct SecretToken: Sendable {
    package enum Kind: Sendable {
        case session, streamKey

        var prefix: String {
            switch self {
            case .session: ""
            case .streamKey: "weir_"
            }
        }
    }

    package let text: String

    /// A new secret.
    package init(_ kind: Kind) {
        text = kind.prefix + Base64.forAddresses.text(Self.randomBytes(Self.byteCount))
    }

    /// From the kernel's cryptographic generator.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() as UInt64) }
    }

    /// A presented secret; nil when it cannot be a secret of that kind.
    package init?(_ kind: Kind, presented: some StringProtocol) {
        let prefix = kind.prefix
        guard presented.utf8.count == prefix.utf8.count + Self.characterCount,
            presented.hasPrefix(prefix),
            presented.utf8.dropFirst(prefix.utf8.count).allSatisfy(Base64.forAddresses.isCharacter)
        else { return nil }
        text = String(presented)
    }

    private static let byteCount = 32
    private static let characterCount = 43

    /// What is stored in place of the secret.
    package var digest: SecretDigest {
        var digest = [UInt8](repeating: 0, count: SecretDigest.byteCount)
        let bytes = Array(text.utf8)
        let done = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        precondition(done == 1, "SHA-256 is always there")
        return SecretDigest(bytes: digest)
    }
}
