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

    func write(to template: inout XMLText, timescale: UInt32) {
        let earlier = MediaStretch(start: 0, ticks: ticks > chunkTicks ? ticks - chunkTicks : 0)
        template.attribute("startNumber", firstNumber)
        template.attribute("duration", ticks)
        template.attribute(
            "availabilityTimeOffset", thousandths: earlier.us(timescale: timescale) / 1_000)
        template.attribute("availabilityTimeComplete", "false")
    }
}
