// Little-endian numbers in byte arrays, for the parts of the format that are copied, not shared.

struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        for index in 0..<number.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
        }
    }
}

/// Reads fields in order. The caller has checked that there are enough bytes.
struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next32() -> UInt32 { next() }
    mutating func next64() -> UInt64 { next() }

    /// The number in the last four bytes.
    static func last32(of bytes: [UInt8]) -> UInt32 {
        var reader = ByteReader(bytes)
        reader.offset = bytes.count - 4
        return reader.next32()
    }

    private mutating func next<Number: FixedWidthInteger>() -> Number {
        var number: Number = 0
        for index in 0..<Number.bitWidth / 8 {
            number |= Number(bytes[offset + index]) << (8 * index)
        }
        offset += Number.bitWidth / 8
        return number
    }
}
