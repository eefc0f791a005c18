// Where the parts of a segment end. Pure; durations are in ticks of one track.
//
// No part is longer than was promised. A part ends before the frame that would make it longer. It ends as
// well once it has the least length that the norm asks for, and another frame as long as its last one
// would be too much: so it need not wait until that frame's own length is known. A frame that is longer
// than a whole part is a part of its own, and the only one that breaks the promise. The last part of a
// segment may be short.

struct PartRule: Sendable, Equatable {
    /// The longest part; nil when there are no parts, so that a segment is a single one.
    private let mostTicks: UInt64?
    private let leastTicks: UInt64
    /// The length of the part so far.
    private(set) var ticks: UInt64 = 0
    private(set) var isEmpty = true

    /// A part with less than this share of the target is only allowed in some places (rfc8216bis, section
    /// 4.4.4.9).
    private static let leastPercent: UInt64 = 85

    init(targetMs: UInt32?, timescale: UInt32) {
        let product = UInt64(targetMs ?? 0) * UInt64(timescale)
        mostTicks = targetMs == nil ? nil : product / 1_000
        leastTicks = (product * Self.leastPercent + 99_999) / 100_000
    }

    /// Whether the part must be closed before a sample is added.
    func isClosed(before sampleTicks: UInt32) -> Bool {
        guard let mostTicks, !isEmpty else { return false }
        return ticks + UInt64(sampleTicks) > mostTicks
    }

    /// Whether the part is to be closed after a sample was added.
    func isClosed(after sampleTicks: UInt32) -> Bool {
        guard let mostTicks else { return false }
        return ticks >= leastTicks && ticks + UInt64(sampleTicks) > mostTicks
    }

    mutating func add(_ sampleTicks: UInt32) {
        ticks += UInt64(sampleTicks)
        isEmpty = false
    }

    mutating func close() {
        ticks = 0
        isEmpty = true
    }
}
