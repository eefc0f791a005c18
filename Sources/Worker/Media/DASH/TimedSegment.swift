// One whole segment of a set as a manifest lists it. Ticks of the set's time scale.

package struct TimedSegment: Sendable, Equatable {
    package var number: UInt64
    package var start: UInt64
    package var ticks: UInt64

    package init(number: UInt64, start: UInt64, ticks: UInt64) {
        self.number = number
        self.start = start
        self.ticks = ticks
    }

    var end: UInt64 { MediaStretch(start: start, ticks: ticks).end }
}
