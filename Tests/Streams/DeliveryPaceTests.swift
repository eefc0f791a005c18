// How long media is gathered before viewers are woken.

import Testing

@testable import Streams

struct DeliveryPaceTests {
    struct Audience: Sendable {
        let viewers: Int
        let all: Int
        let intervalMs: UInt64
    }

    @Test(
        "the crowd of a stream waits up to 200 ms, and others of a crowded worker up to 100",
        arguments: [
            Audience(viewers: 1, all: 1, intervalMs: 20),
            Audience(viewers: 50, all: 50, intervalMs: 30),
            Audience(viewers: 500, all: 500, intervalMs: 120),
            Audience(viewers: 900, all: 900, intervalMs: 200),
            Audience(viewers: 100_000, all: 100_000, intervalMs: 200),
            Audience(viewers: 10, all: 200, intervalMs: 60),
            Audience(viewers: 10, all: 1_000, intervalMs: 100),
            Audience(viewers: 1, all: 100_000, intervalMs: 100),
            Audience(viewers: 500, all: 5_000, intervalMs: 120),
        ])
    func interval(of audience: Audience) {
        let intervalMs = DeliveryPace.intervalMs(viewers: audience.viewers, of: audience.all)
        #expect(intervalMs == audience.intervalMs)
    }
}
