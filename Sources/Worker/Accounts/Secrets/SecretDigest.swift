// What is stored in place of a secret: its SHA-256 digest. Enough for random 256-bit secrets, which
// nobody can guess; passwords go through PasswordHash.

package struct SecretDigest: Hashable, Sendable {
    package static let byteCount = 32
    package let bytes: [UInt8]

    /// `bytes`: exactly 32. Compared by `==` only against other digests, never against a secret, so
    /// the time it takes tells nothing.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a digest has 32 bytes")
        self.bytes = bytes
    }
}
