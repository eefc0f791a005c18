// From the source's ticks to milliseconds on the output time line. All values stay between 0 and
// `latestMs`, whatever the source claims, so that nothing computed from them can overflow.

struct Timeline: Sendable, Equatable {
    /// Some 285,000 years; sums and differences of two such values fit 64 bits many times over.
    static let latestMs: Int64 = 1 << 53
    /// A block that ends this much before what was written is a jump back, not reordering.
    static let reorderMs: Int64 = 10_000

    /// Nanoseconds per tick of the source.
    var timestampScaleNs = HeaderDraft.defaultTimestampScaleNs
    /// Added to the source's time.
    var offsetMs: Int64 = 0
    /// Where the next block goes; decides `offsetMs` when it comes.
    var continueAtMs: Int64?
    /// Nothing of the current broadcast was written yet.
    var isFresh = true
    /// The end of what was written.
    var nextMs: Int64 = 0

    /// The source's time in milliseconds. `ticks` must be within 2^53 and 2^15 of 0.
    func sourceMs(ticks: Int64) -> Int64 {
        guard timestampScaleNs != 1_000_000 else { return ticks }
        // 2^53 ticks of a second each are some 2^83 ns, whose upper half (about 490,000) stays
        // below the divisor: the division cannot overflow.
        let product = ticks.magnitude.multipliedFullWidth(by: UInt64(timestampScaleNs))
        let (quotient, remainder) = UInt64(1_000_000).dividingFullWidth(product)
        let rounded = quotient + (remainder >= 500_000 ? 1 : 0)
        let bounded = Int64(min(rounded, UInt64(2 * Timeline.latestMs)))
        return ticks < 0 ? -bounded : bounded
    }

    /// The output time of a block; settles a pending continuation.
    mutating func place(ticks: Int64) -> Int64 {
        let source = sourceMs(ticks: ticks)
        if let continueAtMs {
            offsetMs = continueAtMs - source
            self.continueAtMs = nil
        }
        return min(max(source + offsetMs, 0), Timeline.latestMs)
    }

    /// Notes that media up to `endMs` was written.
    mutating func wrote(until endMs: Int64) {
        if isFresh || endMs > nextMs || endMs < nextMs - Timeline.reorderMs { nextMs = endMs }
        isFresh = false
    }

    /// A new broadcast begins: its own time line, until it is told to continue the old one.
    mutating func restart(timestampScaleNs: UInt32) {
        self.timestampScaleNs = timestampScaleNs
        offsetMs = 0
        continueAtMs = nil
        isFresh = true
    }
}
