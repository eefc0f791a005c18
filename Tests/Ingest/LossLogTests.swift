// How often losses are logged.

import Settings
import Testing

@testable import Ingest

@Suite("The log of losses")
struct LossLogTests {
    @Test("the first is logged at once, those that follow soon after together")
    func together() {
        var log = LossLog()
        #expect(log.add(1, nowMs: 5) == 1)
        #expect(log.add(2, nowMs: 6) == nil)
        #expect(log.add(1, nowMs: 4 + Limits.lossLogIntervalMs) == nil)
        #expect(log.add(1, nowMs: 5 + Limits.lossLogIntervalMs) == 4)
        #expect(log.add(1, nowMs: 6 + Limits.lossLogIntervalMs) == nil)
    }
}
