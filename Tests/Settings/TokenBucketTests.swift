// So many at once, and then one per interval.

import Testing

@testable import Settings

@Suite struct TokenBucketTests {
    /// How many are to be had when as many as possible are taken at each of these moments.
    private func taken(
        from bucket: inout TokenBucket, at moments: some Sequence<UInt64>
    ) -> Int {
        moments.reduce(0) { count, nowMs in
            var more = 0
            while bucket.take(nowMs: nowMs) { more += 1 }
            return count + more
        }
    }

    private static let buckets: [(atOnce: UInt64, intervalUs: UInt64)] = [
        (1, 1_000), (16, 10_000), (20, 1_000_000), (3, 3_333_333), (1_000, 10_000), (7, 1),
    ]

    @Test("so many at once, and then one for each interval", arguments: buckets)
    func pace(atOnce: UInt64, intervalUs: UInt64) {
        var bucket = TokenBucket(atOnce: atOnce, intervalUs: intervalUs)
        let startMs: UInt64 = 5_000
        #expect(taken(from: &bucket, at: [startMs]) == Int(atOnce))
        guard intervalUs >= 1_000 else { return }
        let lengthMs = 100 * intervalUs / 1_000
        let later = taken(from: &bucket, at: (startMs + 1)...(startMs + lengthMs))
        #expect(later == Int(lengthMs * 1_000 / intervalUs))
    }

    @Test("what comes back fills the bucket and does not overflow", arguments: buckets)
    func refill(atOnce: UInt64, intervalUs: UInt64) {
        var bucket = TokenBucket(atOnce: atOnce, intervalUs: intervalUs)
        _ = taken(from: &bucket, at: [0])
        #expect(taken(from: &bucket, at: [1 << 40]) == Int(atOnce))
    }

    @Test("a clock that stands still or goes back gives nothing away", arguments: buckets)
    func clock(atOnce: UInt64, intervalUs: UInt64) {
        var bucket = TokenBucket(atOnce: atOnce, intervalUs: intervalUs)
        _ = taken(from: &bucket, at: [5_000])
        #expect(taken(from: &bucket, at: [5_000, 4_000, 0]) == 0)
    }

    @Test("the next one comes exactly when it was said, and so does the last", arguments: buckets)
    func foretold(atOnce: UInt64, intervalUs: UInt64) {
        var bucket = TokenBucket(atOnce: atOnce, intervalUs: intervalUs)
        #expect(bucket.nextAfterMs(nowMs: 7) == 0 && bucket.fullAfterMs(nowMs: 7) == 0)
        _ = taken(from: &bucket, at: [7])
        let next = bucket.nextAfterMs(nowMs: 7)
        let full = bucket.fullAfterMs(nowMs: 7)
        #expect(next == (intervalUs + 999) / 1_000)
        #expect(full == (atOnce * intervalUs + 999) / 1_000)
        #expect(bucket.fullAfterMs(nowMs: 7 + full) == 0)
        #expect(next == 0 || bucket.fullAfterMs(nowMs: 6 + full) > 0)
        #expect(next < 2 || taken(from: &bucket, at: [6 + next]) == 0)
        #expect(taken(from: &bucket, at: [7 + next]) >= 1)
    }
}
