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

/// How many bytes a value takes when it is written.
enum EBMLLength {
    static func ofID(_ id: UInt32) -> Int { (39 - id.leadingZeroBitCount) / 8 }

    /// The all-ones pattern of each length means "unknown" and is left out.
    static func ofSize(_ size: Int) -> Int {
        var length = 1
        while length < 8, UInt64(size) >= (UInt64(1) << (7 * UInt64(length))) - 1 { length += 1 }
        return length
    }

    static func ofUnsigned(_ value: UInt64) -> Int {
        max(1, (71 - value.leadingZeroBitCount) / 8)
    }

    static func ofSigned(_ value: Int64) -> Int {
        let magnitude = value < 0 ? ~value : value
        return (72 - magnitude.leadingZeroBitCount) / 8
    }

    /// An element's whole length, for content of a known size.
    static func ofElement(_ id: UInt32, size: Int) -> Int { ofID(id) + ofSize(size) + size }
}
