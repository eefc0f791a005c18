// Bytes as text: base64 (RFC 4648) without padding, in either alphabet.

enum Base64 {
    /// Section 5, for what stands in addresses and cookies.
    case forAddresses
    /// Section 4, for what Argon2 encodes.
    case standard

    private static let common =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let alphabetForAddresses = Array((common + "-_").utf8)
    private static let standardAlphabet = Array((common + "+/").utf8)

    private var alphabet: [UInt8] {
        switch self {
        case .forAddresses: Self.alphabetForAddresses
        case .standard: Self.standardAlphabet
        }
    }

    func isCharacter(_ byte: UInt8) -> Bool { alphabet.contains(byte) }

    func text(_ bytes: [UInt8]) -> String {
        let alphabet = alphabet
        var characters: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 6 {
                bitCount -= 6
                characters.append(alphabet[Int(bits >> bitCount & 63)])
            }
        }
        if bitCount > 0 { characters.append(alphabet[Int(bits << (6 - bitCount) & 63)]) }
        return String(decoding: characters, as: UTF8.self)
    }
}
