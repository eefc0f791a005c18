// Writes bits, most significant first: parameter sets for tests, one field after the other.

struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var bitCount = 0

    mutating func bits(_ value: UInt64, _ count: Int) {
        for bit in (0..<count).reversed() {
            if bitCount.isMultiple(of: 8) { bytes.append(0) }
            if value >> UInt64(bit) & 1 == 1 { bytes[bitCount / 8] |= 0x80 >> UInt8(bitCount % 8) }
            bitCount += 1
        }
    }

    mutating func flag(_ value: Bool) { bits(value ? 1 : 0, 1) }

    /// Exp-Golomb, ue(v).
    mutating func golomb(_ value: UInt64) {
        let length = 64 - (value + 1).leadingZeroBitCount
        bits(0, length - 1)
        bits(value + 1, length)
    }
}
