// A number from a file or from memory that other processes write. It can be anything, so it allows
// no arithmetic. The caller says what the number stands for, and gets it within the bounds for
// that. The bounds leave so much room that sums and differences of bounded numbers cannot overflow,
// nor can adding any wait or size to one. Pure values.

package struct UntrustedNumber: Equatable, Sendable {
    /// The last millisecond of the year 9999, the latest time that RFC 3339 can write.
    package static let latestMs: UInt64 = 253_402_300_799_999
    /// The greatest count, 2^53 - 1: the greatest that is exact in JSON.
    package static let greatestCount: UInt64 = 1 << 53 - 1
    /// Positions and sequence numbers stay far below this: at 1 GB/s for a century they would not
    /// reach it.
    package static let greatestPosition: UInt64 = 1 << 62
    /// Media times are below this, whichever their sign.
    package static let greatestMediaTimeMs: Int64 = 1 << 55

    /// All 64 bits. To be compared, masked, or computed with by operators that wrap around.
    package let bits: UInt64

    package init(_ bits: UInt64) {
        self.bits = bits
    }

    /// As a time: milliseconds since 1970 or since the machine was booted, or 0.
    package var timeMs: UInt64 { min(bits, Self.latestMs) }

    /// As a count of bytes, viewers, milliseconds.
    package var count: UInt64 { min(bits, Self.greatestCount) }

    /// As a position or a sequence number. Values that are too great come out as a position that no
    /// intact ring has.
    package var position: UInt64 { min(bits, Self.greatestPosition) }

    package var isTime: Bool { bits <= Self.latestMs }
    package var isPosition: Bool { bits < Self.greatestPosition }

    /// As a signed media time; nil when it cannot be one.
    package var mediaTimeMs: Int64? {
        let signed = Int64(bitPattern: bits)
        return signed.magnitude < Self.greatestMediaTimeMs.magnitude ? signed : nil
    }
}
