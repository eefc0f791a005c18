// How often something may happen: so many times at once, and in the long run once per interval. Pure: the
// caller provides the clock, in milliseconds that only grow.
//
// What has been taken and has not come back yet is kept as the moment at which all of it will have come
// back, so a bucket refills evenly without being looked at.

package struct TokenBucket: Equatable, Sendable {
    private let intervalUs: UInt64
    /// How far in the future `fullAtUs` is when nothing is left.
    private let burstUs: UInt64
    private var fullAtUs: UInt64 = 0

    /// A full bucket. It needs `atOnce` intervals to become full again after it was emptied.
    package init(atOnce: UInt64, intervalUs: UInt64) {
        precondition(atOnce > 0 && intervalUs > 0, "a bucket that never gives anything")
        self.intervalUs = intervalUs
        burstUs = atOnce * intervalUs
    }

    /// Whether it may happen now; if so, it counts.
    package mutating func take(nowMs: UInt64) -> Bool {
        let nowUs = nowMs * 1_000
        let fullAgainAtUs = max(fullAtUs, nowUs) + intervalUs
        guard fullAgainAtUs - nowUs <= burstUs else { return false }
        fullAtUs = fullAgainAtUs
        return true
    }

    /// How many milliseconds until it may happen again; 0 when it may now. Rounded up.
    package func nextAfterMs(nowMs: UInt64) -> UInt64 {
        let takenUs = fullAfterUs(nowMs) + intervalUs
        return takenUs > burstUs ? (takenUs - burstUs + 999) / 1_000 : 0
    }

    /// How many milliseconds until the bucket is full and need not be remembered. Rounded up.
    package func fullAfterMs(nowMs: UInt64) -> UInt64 { (fullAfterUs(nowMs) + 999) / 1_000 }

    private func fullAfterUs(_ nowMs: UInt64) -> UInt64 {
        let nowUs = nowMs * 1_000
        return fullAtUs > nowUs ? fullAtUs - nowUs : 0
    }
}
