// How many ask for something of a stream, estimated.

import Testing

@testable import Delivery

struct AudienceTests {
    /// Spread evenly, and the same in each run.
    private func identity(_ viewer: Int) -> Int {
        var bits = UInt64(viewer) &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return Int(truncatingIfNeeded: bits ^ bits >> 31)
    }

    private func audience(of viewers: Int, each times: Int = 1) -> Audience {
        var audience = Audience()
        for _ in 0..<times {
            for viewer in 0..<viewers {
                audience.note(identity(viewer), nowMs: 10_000, spanMs: 2_000)
            }
        }
        return audience
    }

    @Test("a few are counted exactly, however often they ask", arguments: [0, 1, 2, 10, 50])
    func few(viewers: Int) {
        var audience = audience(of: viewers, each: 5)
        #expect(audience.count(nowMs: 10_000, spanMs: 2_000) == viewers)
    }

    @Test("thousands are counted within three percent", arguments: [1_000, 5_000, 16_000])
    func many(viewers: Int) {
        var audience = audience(of: viewers)
        let count = audience.count(nowMs: 10_000, spanMs: 2_000)
        #expect(abs(count - viewers) * 100 <= viewers * 3, "\(count)")
    }

    @Test("more than can be told apart are many, and not none")
    func tooMany() {
        var audience = audience(of: 400_000)
        #expect(audience.count(nowMs: 10_000, spanMs: 2_000) > 100_000)
    }

    @Test("who has asked is counted for three to four target durations")
    func forgotten() {
        var audience = audience(of: 3)
        #expect(audience.count(nowMs: 17_999, spanMs: 2_000) == 3)
        audience.note(identity(7), nowMs: 17_999, spanMs: 2_000)
        #expect(audience.count(nowMs: 17_999, spanMs: 2_000) == 4)
        #expect(audience.count(nowMs: 18_000, spanMs: 2_000) == 1)
        #expect(audience.count(nowMs: 1_000_000, spanMs: 2_000) == 0)
    }

    @Test(
        "another length of time forgets nobody at once, and a clock that stands still does no harm")
    func otherSpan() {
        var audience = audience(of: 3)
        #expect(audience.count(nowMs: 10_000, spanMs: 6_000) == 3)
        #expect(audience.count(nowMs: 29_999, spanMs: 6_000) == 3)
        #expect(audience.count(nowMs: 30_000, spanMs: 6_000) == 0)
        audience = Audience()
        audience.note(identity(1), nowMs: 10_000, spanMs: 0)
        #expect(audience.count(nowMs: 10_000, spanMs: 0) == 1)
    }
}
