// Bytes as text: base64 (RFC 4648). Written without padding, in either alphabet; read with padding or
// without, in the alphabet of section 4.

package enum Base64 {
    /// Section 5, for addresses and cookies.
    case forAddresses
    /// Section 4, for the encoding of Argon2.
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

    package func isCharacter(_ byte: UInt8) -> Bool { alphabet.contains(byte) }

    package func text(_ bytes: [UInt8]) -> String {
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

    /// Decodes the alphabet of section 4; nil if the text is not valid.
    package static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
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
