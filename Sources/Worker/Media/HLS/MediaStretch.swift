// A stretch of one track on its time line, in ticks, and how long a playlist says that it lasts.
//
// A playlist counts in microseconds. Each end of a stretch is rounded down and the two are subtracted, so
// stretches that follow each other add up: parts to their segment, and any run of segments to the distance
// of its ends, less than a microsecond off however long it is. A stretch of at most N whole microseconds is
// never said to be longer than N: what keeps its target in ticks keeps it in print.

struct MediaStretch: Equatable {
    let start: UInt64
    let ticks: UInt64

    /// The end, or the end of all time when a ring claims that much.
    var end: UInt64 {
        let (end, isTooLate) = start.addingReportingOverflow(ticks)
        return isTooLate ? .max : end
    }

    func us(timescale: UInt32) -> UInt64 {
        UInt64(clamping: Self.us(end, timescale) - Self.us(start, timescale))
    }

    private static func us(_ position: UInt64, _ timescale: UInt32) -> UInt128 {
        UInt128(position) * 1_000_000 / UInt128(max(timescale, 1))
    }
}

extension UInt64 {
    /// Milliseconds in the ticks of a time scale, rounded down.
    init(ms: UInt64, timescale: UInt32) {
        self.init(clamping: UInt128(ms) * UInt128(timescale) / 1_000)
    }
}
