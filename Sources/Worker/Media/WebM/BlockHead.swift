// The beginning of a block: track, time, flags (RFC 9559 section 10.1).

/// The bytes before a block's frames.
struct BlockHead {
    // Bits of the flags, beside those of Lacing. In a BlockGroup the first and the last mean nothing.
    static let key: UInt8 = 0x80
    static let invisible: UInt8 = 0x08
    static let discardable: UInt8 = 0x01

    let track: UInt64
    let relativeTicks: Int16
    let flags: UInt8
    let payload: Range<Int>

    /// Nil when the block is too short for it.
    init?(_ content: Range<Int>, in bytes: Span<UInt8>) {
        guard let first = content.first else { return nil }
        let numberLength = bytes[first].leadingZeroBitCount + 1
        guard numberLength <= 8, content.count >= numberLength + 3 else { return nil }
        track = ElementHeader.variableInteger(bytes, at: first, length: numberLength)
        let afterNumber = first + numberLength
        relativeTicks = Int16(
            bitPattern: UInt16(bytes[afterNumber]) << 8 | UInt16(bytes[afterNumber + 1]))
        flags = bytes[afterNumber + 2]
        payload = (afterNumber + 3)..<content.upperBound
    }
}
