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

extension SecretDigest {
    /// Lower case, 64 digits.
    package var hex: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Nil unless it is 64 hexadecimal digits, in lower case.
    package init?(hex: some StringProtocol) {
        let digits = Array(hex.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes: bytes)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
