// Segments that a first number and a nominal duration describe, and that are made of chunks: they can be
// asked for as soon as their first chunk is there. Ticks of the set's time scale.

package struct RegularSegments: Sendable, Equatable {
    /// Of the segment at the period's start.
    package var firstNumber: UInt64
    /// The nominal duration.
    package var ticks: UInt64
    package var chunkTicks: UInt64

    package init(firstNumber: UInt64, ticks: UInt64, chunkTicks: UInt64) {
        self.firstNumber = firstNumber
        self.ticks = ticks
        self.chunkTicks = chunkTicks
    }

    /// Whether the segments are these: no end of one is further from its nominal place than half the
    /// nominal duration, and no segment is longer or shorter than it by more.
    ///
    /// - Parameter timeOffset: the track's time at the period's start.
    package func describe(_ segments: [TimedSegment], timeOffset: UInt64) -> Bool {
        segments.allSatisfy { segment in
            guard segment.number >= firstNumber else { return false }
            let start =
                UInt128(timeOffset) + UInt128(segment.number - firstNumber) * UInt128(ticks)
            let most = UInt128(ticks / 2)
            return Self.distance(UInt128(segment.start), start) <= most
                && Self.distance(UInt128(segment.end), start + UInt128(ticks)) <= most
                && Self.distance(UInt128(segment.ticks), UInt128(ticks)) <= most
        }
    }

    private static func distance(_ left: UInt128, _ right: UInt128) -> UInt128 {
        left > right ? left - right : right - left
    }

    func write(to template: inout XMLText, timescale: UInt32) {
        let earlier = MediaStretch(start: 0, ticks: ticks > chunkTicks ? ticks - chunkTicks : 0)
        template.attribute("startNumber", firstNumber)
        template.attribute("duration", ticks)
        template.attribute(
            "availabilityTimeOffset", thousandths: earlier.us(timescale: timescale) / 1_000)
        template.attribute("availabilityTimeComplete", "false")
    }
}
