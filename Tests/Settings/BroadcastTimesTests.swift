// The durations of a broadcast know each other.

import Testing

@testable import Settings

@Suite struct BroadcastTimesTests {
    @Test(
        "whatever the operator's grace is, no duration defeats another",
        arguments: [
            Limits.graceMs.lowerBound, 1, 500, 15_000, 600_000, Limits.graceMs.upperBound,
        ])
    func relations(_ graceMs: UInt64) {
        let times = BroadcastTimes(graceMs: graceMs)
        #expect(times.brokenRelations == [])
        #expect(times.lifeMs == Limits.publisherSilenceMs + graceMs)
    }

    @Test("a relation that does not hold is named")
    func broken() {
        let cases: [(WritableKeyPath<BroadcastTimes, UInt64>, UInt64, String)] = [
            (\.takeOverSilenceMs, 5_000, "a publisher may take over"),
            (\.publisherSilenceMs, 10_000, "a publisher that waits to take over"),
            (\.newBroadcastTurnMs, 2_000, "a writer that lives"),
            (\.heldBackNoteMs, 1_001, "one that is held back"),
            (\.deadTryMs, 10_000, "a chunk that comes again"),
            (\.unknownSessionMs, 10_000, "that a broadcast is over"),
            (\.giveWayMs, 100, "who gives way"),
            (\.giveWayMs, 10_000, "who gives way"),
            (\.publishStallMs, 5_000, "a body that dribbles"),
            (\.endedRetentionMs, 10_000, "why a broadcast is over"),
        ]
        for (duration, ms, words) in cases {
            var times = BroadcastTimes(graceMs: 15_000)
            times[keyPath: duration] = ms
            #expect(times.brokenRelations.count == 1)
            #expect(times.brokenRelations.first?.hasPrefix(words) == true)
        }
    }
}
