// What is stored in place of a secret: its SHA-256 digest. That is enough for random 256-bit secrets,
// which cannot be guessed; passwords go through PasswordHash.

package struct SecretDigest: Hashable, Sendable {
    package static let byteCount = 32
    package let bytes: [UInt8]

    /// `bytes`: exactly 32. `==` only compares digests with each other, never with a secret, so the time
    /// that it takes reveals nothing.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a digest has 32 bytes")
        self.bytes = bytes
    }
}

extension SecretDigest {
    /// Lower case, 64 digits.
    package var hex: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Nil unless it is 64 hexadecimal digits, in lower case.
    package init?(hex: some StringProtocol) {
        guard hex.utf8.count == 2 * Self.byteCount else { return nil }
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 2 * Self.byteCount else { return nil }
        self.init(
            bytes: (0..<Self.byteCount).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) })
        guard self.hex == hex else { return nil }
    }
}
