// Lengths of what is written (RFC 8794 sections 4 to 7): always the fewest bytes.

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
