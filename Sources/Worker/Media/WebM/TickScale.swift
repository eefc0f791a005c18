// From a source's ticks to milliseconds (RFC 9559 section 11.1).

struct TickScale: Sendable, Equatable {
    static let defaultNs: UInt32 = 1_000_000
    /// A tick of a second is the coarsest that is accepted; nothing real comes near it.
    static let acceptedNs: ClosedRange<UInt64> = 1...1_000_000_000

    /// Nanoseconds per tick.
    var ns = TickScale.defaultNs

    /// Ticks are milliseconds.
    var isPlain: Bool { ns == TickScale.defaultNs }

    /// `ticks` must be within 2^53 and 2^15 of 0.
    func ms(_ ticks: Int64) -> Int64 {
        guard !isPlain else { return ticks }
        // 2^53 ticks of a second each are some 2^83 ns, whose upper half (about 490,000) stays
        // below the divisor: the division cannot overflow.
        let product = ticks.magnitude.multipliedFullWidth(by: UInt64(ns))
        let (quotient, remainder) = UInt64(1_000_000).dividingFullWidth(product)
        let rounded = quotient + (remainder >= 500_000 ? 1 : 0)
        let bounded = Int64(min(rounded, UInt64(2 * Timeline.latestMs)))
        return ticks < 0 ? -bounded : bounded
    }
}
