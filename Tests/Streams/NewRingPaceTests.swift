// New rings of a name: some at once, then one for each interval.

import Settings
import StreamState
import Testing

@testable import Streams

struct NewRingPaceTests {
    private let name = try? StreamName("alice")

    @Test("some are made at once, and later one for each interval")
    func pace() throws {
        let name = try #require(name)
        var pace = NewRingPace()
        let atOnce = (0..<100).count { _ in pace.admits(name, nowMs: 5_000) }
        #expect(atOnce == Int(Limits.newRingsAtOnce))
        var nowMs: UInt64 = 5_000
        var later = 0
        for _ in 0..<1_000 {
            nowMs += Limits.newRingIntervalMs / 10
            if pace.admits(name, nowMs: nowMs) { later += 1 }
        }
        #expect(later == 100)
    }

    @Test("one name's budget is not another's, and a clock that stands or goes back gives none")
    func others() throws {
        let name = try #require(name)
        var pace = NewRingPace()
        while pace.admits(name, nowMs: 5_000) {}
        let isEarly = pace.admits(name, nowMs: 0)
        let isOther = pace.admits(try StreamName("bob"), nowMs: 5_000)
        #expect(!isEarly && isOther)
    }

    @Test("names are forgotten when they have their whole budget again")
    func forgotten() throws {
        var pace = NewRingPace()
        for number in 0..<3 * Limits.streams {
            let nowMs = UInt64(number) * Limits.newRingIntervalMs
            let isAdmitted = pace.admits(try StreamName("name-\(number)"), nowMs: nowMs)
            #expect(isAdmitted)
        }
        #expect(pace.count <= Limits.streams)
    }
}
