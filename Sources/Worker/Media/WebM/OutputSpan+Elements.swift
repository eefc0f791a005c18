// Writing EBML into a growing array (RFC 8794 sections 4 to 7). Sizes take the fewest bytes, so
// what is written depends on nothing but the values.
//
// Unsafe use: the pointer to a span's bytes is used for the one call that copies them.

extension OutputSpan<UInt8> {
    /// Appends an identifier and a size: at most `ElementHeader.mostBytes`.
    mutating func append(header id: UInt32, size: Int) {
        append(bigEndian: UInt64(id), count: EBMLLength.ofID(id))
        let length = EBMLLength.ofSize(size)
        append(bigEndian: UInt64(size) | (1 << (7 * UInt64(length))), count: length)
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends the lowest `count` bytes of a number, most significant first.
    mutating func appendBigEndian(_ value: UInt64, count: Int) {
        append(addingCapacity: count) { $0.append(bigEndian: value, count: count) }
    }

    /// Appends an identifier, which carries its own length marker.
    mutating func appendID(_ id: UInt32) {
        appendBigEndian(UInt64(id), count: EBMLLength.ofID(id))
    }

    /// Appends an identifier and a size.
    mutating func appendHeader(_ id: UInt32, size: Int) {
        append(addingCapacity: ElementHeader.mostBytes) { $0.append(header: id, size: size) }
    }

    mutating func appendElement(_ id: UInt32, unsigned value: UInt64) {
        let count = EBMLLength.ofUnsigned(value)
        appendHeader(id, size: count)
        appendBigEndian(value, count: count)
    }

    mutating func appendElement(_ id: UInt32, signed value: Int64) {
        let count = EBMLLength.ofSigned(value)
        appendHeader(id, size: count)
        appendBigEndian(UInt64(bitPattern: value), count: count)
    }

    /// A float of eight bytes.
    mutating func appendElement(_ id: UInt32, float value: Double) {
        appendHeader(id, size: 8)
        appendBigEndian(value.bitPattern, count: 8)
    }

    mutating func appendElement(_ id: UInt32, content: [UInt8]) {
        appendHeader(id, size: content.count)
        append(contentsOf: content)
    }

    mutating func appendElement(_ id: UInt32, text: String) {
        appendElement(id, content: [UInt8](text.utf8))
    }
}
