import Telemetry
import Testing

@Suite struct LogPauseTests {
    @Test("a line is told once, then left out for a while and counted")
    func pauses() {
        var pause = LogPause(ms: 100)
        #expect(pause.leftOut(nowMs: 5) == 0)
        #expect(pause.leftOut(nowMs: 6) == nil)
        #expect(pause.leftOut(nowMs: 104) == nil)
        #expect(pause.leftOut(nowMs: 105) == 2)
        #expect(pause.leftOut(nowMs: 106) == nil)
        #expect(pause.leftOut(nowMs: 1_000) == 1)
        #expect(pause.leftOut(nowMs: 2_000) == 0)
    }
}
