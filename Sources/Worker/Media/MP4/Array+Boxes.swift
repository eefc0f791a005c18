// Writing boxes of MP4 into a growing array (ISO/IEC 14496-12 section 4.2): a size of four bytes, a name of
// four characters, the content. Numbers stand with their most significant byte first.

extension Array<UInt8> {
    /// Appends a box; `content` appends what is in it.
    mutating func appendBox(_ name: String, content: (inout [UInt8]) -> Void) {
        let start = count
        appendBigEndian(0, count: 4)
        append(contentsOf: name.utf8)
        content(&self)
        let size = UInt32(count - start)
        for index in 0..<4 {
            self[start + index] = UInt8(truncatingIfNeeded: size >> UInt32(24 - 8 * index))
        }
    }

    /// Appends a box with a version and flags in front of its content.
    mutating func appendBox(
        _ name: String, version: UInt8, flags: UInt32 = 0, content: (inout [UInt8]) -> Void
    ) {
        appendBox(name) { box in
            box.append(version)
            box.appendBigEndian(UInt64(flags), count: 3)
            content(&box)
        }
    }

    mutating func append(uint8 value: UInt8) { append(value) }
    mutating func append(uint16 value: UInt16) { appendBigEndian(UInt64(value), count: 2) }
    mutating func append(uint32 value: UInt32) { appendBigEndian(UInt64(value), count: 4) }
    mutating func append(uint64 value: UInt64) { appendBigEndian(value, count: 8) }
    mutating func append(zeros count: Int) { append(contentsOf: repeatElement(0, count: count)) }
    mutating func append(ascii text: String) { append(contentsOf: text.utf8) }
}
