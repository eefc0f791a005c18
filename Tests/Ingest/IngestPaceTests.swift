// How far ahead of the clock a publisher may run, and what counts as media for that.

import Testing

@testable import Ingest

@Suite struct IngestPaceTests {
    @Test("a publisher in real time is never held back") func realTime() {
        var pace = IngestPace(atMs: 0)
        for nowMs in stride(from: UInt64(0), to: 100_000, by: 20) {
            pace.add(mediaMs: 20, nowMs: nowMs)
            #expect(pace.delayMs(allowedMs: 1_000, nowMs: nowMs) == 0)
        }
    }

    @Test("a file may run ahead by what is allowed, then waits for the clock") func file() {
        var pace = IngestPace(atMs: 0)
        for _ in 0..<60 { pace.add(mediaMs: 1_000, nowMs: 0) }
        #expect(pace.delayMs(allowedMs: 60_000, nowMs: 0) == 0)
        #expect(pace.delayMs(allowedMs: 45_000, nowMs: 0) == 15_000)
        #expect(pace.delayMs(allowedMs: 45_000, nowMs: 10_000) == 4_800)
        #expect(pace.delayMs(allowedMs: 45_000, nowMs: 15_000) == 0)
    }

    @Test("a source whose clock runs away is held back for minutes, not for hours")
    func runaway() {
        var pace = IngestPace(atMs: 0)
        for _ in 0..<1_000 { pace.add(mediaMs: 59_000, nowMs: 0) }
        #expect(pace.delayMs(allowedMs: 30_000, nowMs: 0) == 300_000)
        #expect(pace.delayMs(allowedMs: 30_000, nowMs: 300_000) == 0)
    }

    @Test("waiting earns no credit for later") func noCredit() {
        var pace = IngestPace(atMs: 0)
        // The first piece is what was waited for.
        for _ in 0..<3 { pace.add(mediaMs: 1_000, nowMs: 100_000) }
        #expect(pace.delayMs(allowedMs: 0, nowMs: 100_000) == 2_000)
    }

    @Test(
        "a source whose clock is a little fast is never held back, one that is faster than that is",
        arguments: [(1_000 as Int64, false), (1_010, false), (1_019, false), (1_060, true)])
    func fastClock(_ mediaMsPerSecond: Int64, _ isHeldBack: Bool) {
        var pace = IngestPace(atMs: 0)
        var delaysMs = 0 as UInt64
        for second in 1...3_600 as ClosedRange<UInt64> {
            pace.add(mediaMs: mediaMsPerSecond, nowMs: second * 1_000)
            delaysMs += pace.delayMs(allowedMs: 30_000, nowMs: second * 1_000)
        }
        #expect((delaysMs > 0) == isHeldBack)
    }

    @Test("what is let through does not depend on how often one looks")
    func roundings() {
        var often = IngestPace(aheadMs: 60_000, atMs: 0)
        for nowMs in 1...10_000 as ClosedRange<UInt64> {
            _ = often.delayMs(allowedMs: 0, nowMs: nowMs)
        }
        #expect(often.aheadMs == 60_000 - 10_200)
    }

    @Test("numbers from a damaged file overflow nothing")
    func damagedState() {
        for atMs in [0, UInt64.max] {
            var pace = IngestPace(aheadMs: .max, atMs: atMs)
            pace.add(mediaMs: 59_999, nowMs: 1_800_000_000_000)
            let delayMs = pace.delayMs(allowedMs: 30_000, nowMs: 1_800_000_000_000)
            #expect(delayMs <= 300_000)
        }
    }

    @Test("a clock that is set back by hours does not stop the publisher for hours")
    func clockSetBack() {
        var pace = IngestPace(atMs: 100_000_000)
        for nowMs in stride(from: UInt64(0), to: 100_000, by: 20) {
            pace.add(mediaMs: 20, nowMs: nowMs)
            #expect(pace.delayMs(allowedMs: 1_000, nowMs: nowMs) == 0)
        }
    }

    @Test("a jump or a step back in the source's clock does not stop the publisher")
    func jumps() {
        var pace = IngestPace(atMs: 0)
        pace.add(mediaMs: 3_600_000, nowMs: 0)
        pace.add(mediaMs: -5_000, nowMs: 0)
        #expect(pace.delayMs(allowedMs: 0, nowMs: 0) == 0)
    }
}

@Suite struct MediaAdvanceTests {
    /// Fragments as (start, duration, whether it is a discontinuity), and what they add.
    private typealias Fragment = (startMs: Int64, durationMs: Int64, isDiscontinuity: Bool)

    private func added(_ fragments: [Fragment], to advance: MediaAdvance) -> [Int64] {
        var advance = advance
        return fragments.map {
            advance.add(
                startMs: $0.startMs, durationMs: $0.durationMs, isDiscontinuity: $0.isDiscontinuity)
        }
    }

    @Test("the time line that a broadcast continues is not its media")
    func continued() {
        let fragments = [(36_000, 40, true), (36_040, 40, false)] as [Fragment]
        #expect(added(fragments, to: MediaAdvance()) == [40, 40])
    }

    @Test("a source whose time does not begin at 0 brings what it brings")
    func beginsElsewhere() {
        #expect(added([(50_000, 20, false), (50_020, 20, false)], to: MediaAdvance()) == [20, 20])
    }

    @Test("a body goes on where the one before it ended")
    func resumed() {
        let resumed = MediaAdvance(continuingAtMs: 1_000)
        #expect(added([(1_000, 40, false)], to: resumed) == [40])
        #expect(added([(1_480, 20, false)], to: resumed) == [500])
    }

    @Test(
        "holes and overlaps count once, jumps and losses not at all",
        arguments: [
            (500, false, 540), (0, false, 40), (-40, false, 0), (-200, false, 0),
            (6_000, false, 40), (-60_000, false, 40), (500, true, 40),
        ] as [(Int64, Bool, Int64)])
    func places(_ holeMs: Int64, _ isLoss: Bool, _ expectedMs: Int64) {
        let advance = MediaAdvance(continuingAtMs: 100_000)
        #expect(added([(100_000 + holeMs, 40, isLoss)], to: advance) == [expectedMs])
    }

    @Test("after a jump in either direction, media counts from there")
    func afterJump() {
        let fragments =
            [
                (90_000, 20, false), (90_020, 20, false), (5_000, 20, false), (5_020, 20, false),
            ] as [Fragment]
        #expect(added(fragments, to: MediaAdvance(continuingAtMs: 0)) == [20, 20, 20, 20])
    }

    @Test("a broadcast in real time that pauses with its own clock is not ahead")
    func pause() {
        var pace = IngestPace(atMs: 0)
        var advance = MediaAdvance()
        for startMs in [0, 20, 4_000, 4_020, 34_000, 34_020] as [Int64] {
            let mediaMs = advance.add(startMs: startMs, durationMs: 20, isDiscontinuity: false)
            pace.add(mediaMs: mediaMs, nowMs: UInt64(startMs + 20))
            #expect(pace.aheadMs == 0)
        }
    }
}
