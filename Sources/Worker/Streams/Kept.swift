// A value that is the same for everyone who asks: made once, given to all. It is made again when it is
// out of date, but never so often that making it takes more than a tenth of the time, however often it
// is asked for and however often it goes out of date.
//
// Pure: the clock comes in, in microseconds.

package struct Kept<Value> {
    private var kept: (value: Value, madeUs: UInt64)?
    private var costUs: UInt64 = 0

    package init() {}

    /// The value serves for at least this many times what it cost to make, up to `longestUs`: the
    /// process may have stood still while it was made.
    private static var costFactor: UInt64 { 10 }
    private static var longestUs: UInt64 { 1_000_000 }

    /// When it was made; nil when it never was.
    package var madeUs: UInt64? { kept?.madeUs }

    /// Whether it could be made anew at `nowUs`.
    func mayBeMade(nowUs: UInt64) -> Bool {
        guard let kept else { return true }
        return nowUs >= kept.madeUs + min(costUs * Self.costFactor, Self.longestUs)
    }

    /// Lets go of the value. The cost of making it is remembered.
    package mutating func forget() { kept = nil }

    /// The value, made anew if `isOutdated` and if enough time has passed.
    package mutating func value(
        isOutdated: Bool, clockUs: () -> UInt64, make: () -> Value
    ) -> Value {
        let startUs = clockUs()
        if let kept, !isOutdated || !mayBeMade(nowUs: startUs) { return kept.value }
        let value = make()
        let endUs = clockUs()
        costUs = endUs - min(startUs, endUs)
        kept = (value, endUs)
        return value
    }
}
