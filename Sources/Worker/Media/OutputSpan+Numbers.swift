// Writing numbers into memory that is there already, most significant byte first.

extension OutputSpan<UInt8> {
    /// Appends the lowest `count` bytes of a number.
    @inline(__always)
    mutating func append(bigEndian value: UInt64, count: Int) {
        var shift = UInt64(8 * count)
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends what `SnapshotReader.time` reads.
    @inline(__always)
    mutating func append(time: Int64) {
        append(bigEndian: UInt64(bitPattern: time), count: 8)
    }
}
