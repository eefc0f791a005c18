// The first bits of a frame's header. Each frame of a broadcast is looked at, so this keeps them in a word and
// takes no memory; BitReader is for headers that are longer, and seldom.

struct HeaderBits {
    /// The bits that are left, from the top on.
    private var word: UInt64 = 0
    private var left = 0
    /// A read went past the end, or past the eighth byte.
    private(set) var hasFailed = false

    init(_ bytes: Span<UInt8>) {
        let count = min(bytes.count, 8)
        for index in 0..<count { word |= UInt64(bytes[index]) << UInt64(56 - 8 * index) }
        left = 8 * count
    }

    mutating func flag() -> Bool { bits(1) == 1 }

    /// An unsigned number of 1 to 32 bits.
    mutating func bits(_ count: Int) -> UInt32 {
        guard count <= left else {
            hasFailed = true
            left = 0
            return 0
        }
        let value = UInt32(truncatingIfNeeded: word >> UInt64(64 - count))
        skip(count)
        return value
    }

    /// - Parameter count: at most 63.
    mutating func skip(_ count: Int) {
        guard count <= left else {
            hasFailed = true
            left = 0
            return
        }
        word <<= UInt64(count)
        left -= count
    }
}
