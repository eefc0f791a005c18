// A short name for some bytes, which changes when they do: FNV-1a, 64 bits. It tells versions of
// what we serve apart; it protects from nothing and need not.

package struct Fingerprint: Equatable, Sendable {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    package init(of bytes: [UInt8] = []) {
        add(bytes)
    }

    package mutating func add(_ bytes: [UInt8]) {
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
    }

    /// 13 characters of 0-9 and a-z.
    package var text: String {
        let digits = String(hash, radix: 36)
        return String(repeating: "0", count: 13 - digits.count) + digits
    }
}
