import Testing

@testable import StreamState

@Suite struct StreamStateTests {
    private func state(_ nowMs: UInt64, paused: UInt64 = 0, ended: UInt64 = 0) -> StreamState {
        StreamTimes(lastIngestMs: 10_000, pausedSinceMs: paused, endedAtMs: ended)
            .state(nowMs: nowMs, graceMs: 15_000)
    }

    @Test("a stream is live, then silent, then over, by the clock alone") func silence() {
        #expect(state(10_000) == .live)
        #expect(state(14_999) == .live)
        #expect(state(15_000) == .paused)
        #expect(state(29_999) == .paused)
        #expect(state(30_000) == .ended)
    }

    @Test("a pause counts from when it began") func pause() {
        #expect(state(10_001, paused: 10_000) == .paused)
        #expect(state(25_000, paused: 10_000) == .ended)
    }

    @Test("what was ended stays ended") func ended() {
        #expect(state(10_001, ended: 10_000) == .ended)
    }
}
