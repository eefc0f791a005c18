// From a source's ticks to milliseconds.

import Testing

@testable import Media

@Suite("Ticks and milliseconds")
struct TickScaleTests {
    @Test(
        "ticks become the nearest millisecond",
        arguments: [
            (1_000_000, 41, 41), (250_000, 4_001, 1_000), (250_000, 4_002, 1_001),
            (20_833, 48_000, 1_000), (1_000_000_000, 7, 7_000), (1, 499_999, 0), (1, 500_000, 1),
            (250_000, -4_002, -1_001),
        ] as [(UInt32, Int64, Int64)])
    func nearest(ns: UInt32, ticks: Int64, ms: Int64) {
        #expect(TickScale(ns: ns).ms(ticks) == ms)
    }

    @Test("the largest ticks of the coarsest scale stay within bounds")
    func bounds() {
        let scale = TickScale(ns: UInt32(TickScale.acceptedNs.upperBound))
        let most = Timeline.latestMs + Int64(Int16.max)
        #expect(scale.ms(most) == 2 * Timeline.latestMs)
        #expect(scale.ms(-most) == -2 * Timeline.latestMs)
    }
}
