// What is kept of a secret, and compared: its SHA-256 digest. That is enough for random 256-bit secrets,
// which cannot be guessed; passwords go through PasswordHash.
//
// A presented secret becomes a digest where the request is read, and nothing behind that sees its text:
// so no log line, error or cache can contain it. No digest of one kind is a digest of the other, because
// the texts differ.
//
// Unsafe use: EVP_Digest reads the bytes and writes 32 of them, all within one call.

import COpenSSL

package struct SecretDigest: Hashable, Sendable {
    package static let byteCount = 32
    let bytes: [UInt8]

    /// As a store has kept it.
    /// `bytes`: exactly 32. `==` only compares digests with each other, never with a secret, so the time
    /// that it takes reveals nothing.
    init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a digest has 32 bytes")
        self.bytes = bytes
    }

    /// A secret as a client presents it; nil when it cannot be a secret of that kind.
    package init?(_ kind: SecretToken.Kind, presented: some StringProtocol) {
        guard SecretToken.isSecret(kind, presented) else { return nil }
        self.init(of: Array(presented.utf8))
    }

    init(of text: [UInt8]) {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        let done = unsafe EVP_Digest(text, text.count, &digest, nil, EVP_sha256(), nil)
        precondition(done == 1, "SHA-256 is always there")
        self.init(bytes: digest)
    }
}

extension SecretDigest {
    /// Lower case, 64 digits. Owners see their sessions under this name; it opens nothing.
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
