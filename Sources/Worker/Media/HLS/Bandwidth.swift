// The bit rates of a rendition, measured from its segments: BANDWIDTH and AVERAGE-BANDWIDTH
// (draft-pantos-hls-rfc8216bis, sections 4.1 and 4.4.6.2). Bits per second.

package struct Bandwidth: Sendable, Equatable {
    /// The greatest rate of any run of segments that lasts between a half and one and a half target
    /// durations.
    package var peak: UInt64
    package var average: UInt64

    package init(peak: UInt64, average: UInt64) {
        self.peak = peak
        self.average = average
    }

    /// What one segment is for this.
    package struct Measure: Sendable, Equatable {
        package var byteCount: UInt64
        package var ticks: UInt64

        package init(byteCount: UInt64, ticks: UInt64) {
            self.byteCount = byteCount
            self.ticks = ticks
        }
    }

    /// So many lengths of run are looked at from each segment on. Segments of ours are a third of a target
    /// duration or longer; of very short ones, the runs that are just long enough will do.
    private static let mostRuns = 16

    /// Measures whole segments, oldest first; nil when they last no time. While there is no run that is
    /// long enough, all of them are one. Takes a time that grows with their number only.
    package init?(of segments: [Measure], timescale: UInt32, targetDurationMs: UInt32) {
        // A run's length in ticks lies in the range when that, times two thousand, lies in this one.
        let unit = max(UInt128(targetDurationMs) * UInt128(timescale), 1)
        let range = unit...3 * unit
        let all = segments.reduce(into: Run()) { $0.add($1) }
        guard let average = all.bitsPerSecond(timescale) else { return nil }
        var densest = all
        // The shortest run from a segment on that is long enough, and where it ends.
        var shortest = Run()
        var end = 0
        for segment in segments {
            while end < segments.count, shortest.ticks * 2_000 < range.lowerBound {
                shortest.add(segments[end])
                end += 1
            }
            var run = shortest
            for last in end...min(end + Self.mostRuns, segments.count) {
                if last > end { run.add(segments[last - 1]) }
                guard range.contains(run.ticks * 2_000) else { break }
                if run.isDenser(than: densest) { densest = run }
            }
            shortest.remove(segment)
        }
        self.init(peak: densest.bitsPerSecond(timescale) ?? average, average: average)
    }

    private struct Run {
        var bytes: UInt128 = 0
        var ticks: UInt128 = 0

        mutating func add(_ segment: Measure) {
            bytes += UInt128(segment.byteCount)
            ticks += UInt128(segment.ticks)
        }

        mutating func remove(_ segment: Measure) {
            bytes -= UInt128(segment.byteCount)
            ticks -= UInt128(segment.ticks)
        }

        func isDenser(than other: Run) -> Bool {
            let (mine, isHuge) = bytes.multipliedReportingOverflow(by: other.ticks)
            let (others, isOtherHuge) = other.bytes.multipliedReportingOverflow(by: ticks)
            return !isOtherHuge && (isHuge || mine > others)
        }

        /// Rounded up.
        func bitsPerSecond(_ timescale: UInt32) -> UInt64? {
            guard ticks > 0 else { return nil }
            return UInt64(clamping: (bytes * 8 * UInt128(timescale) + ticks - 1) / ticks)
        }
    }

    /// Rounded up to two digits, which is at most a tenth more: a live stream's rates change with every
    /// segment, and a playlist that says them should not.
    package var rounded: Bandwidth {
        Bandwidth(peak: Self.rounded(peak), average: Self.rounded(average))
    }

    private static func rounded(_ rate: UInt64) -> UInt64 {
        var step: UInt64 = 1
        while rate / step >= 100 { step *= 10 }
        let (result, isTooGreat) = (rate / step + (rate % step > 0 ? 1 : 0))
            .multipliedReportingOverflow(by: step)
        return isTooGreat ? rate : result
    }

    static func + (left: Bandwidth, right: Bandwidth) -> Bandwidth {
        Bandwidth(
            peak: left.peak &+ right.peak, average: left.average &+ right.average)
    }
}
