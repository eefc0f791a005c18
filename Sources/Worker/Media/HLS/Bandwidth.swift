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

    /// Measures whole segments, oldest first; nil when they last no time. While there is no run that is
    /// long enough, all of them are one.
    package init?(of segments: [Measure], timescale: UInt32, targetDurationMs: UInt32) {
        // A run's length in ticks lies in the range when that, times two thousand, lies in this one.
        let unit = UInt128(targetDurationMs) * UInt128(timescale)
        let range = unit...3 * unit
        var all = Run()
        var peak: UInt64 = 0
        for (index, segment) in segments.enumerated() {
            all.add(segment)
            var run = Run()
            for next in segments[index...] {
                run.add(next)
                guard run.ticks * 2_000 <= range.upperBound else { break }
                guard run.ticks * 2_000 >= range.lowerBound else { continue }
                peak = max(peak, run.bitsPerSecond(timescale) ?? 0)
            }
        }
        guard let average = all.bitsPerSecond(timescale) else { return nil }
        self.init(peak: max(peak, average), average: average)
    }

    private struct Run {
        var bytes: UInt128 = 0
        var ticks: UInt128 = 0

        mutating func add(_ segment: Measure) {
            bytes += UInt128(segment.byteCount)
            ticks += UInt128(segment.ticks)
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
