// The budgets of AbuseGuard, with a clock of our own.

import Testing

@testable import HTTP

struct AbuseGuardTests {
    private var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.resetsPer10s = 10
        limits.controlFramesPer10s = 5
        limits.emptyDataFramesPer10s = 3
        return limits
    }

    private func ask(
        _ tested: inout AbuseGuard, _ event: AbuseGuard.Event, atMs nowMs: UInt64
    ) -> Bool {
        tested.allows(event, nowMs: nowMs)
    }

    @Test("each kind of abuse has its own budget")
    func budgets() {
        var tested = AbuseGuard(limits: limits)
        let budgets: [(AbuseGuard.Event, Int)] = [(.reset, 10), (.control, 5), (.emptyData, 3)]
        for (event, budget) in budgets {
            for _ in 0..<budget { #expect(ask(&tested, event, atMs: 0)) }
            #expect(!ask(&tested, event, atMs: 0))
        }
    }

    @Test("a budget refills evenly, and never above itself")
    func refill() {
        var tested = AbuseGuard(limits: limits)
        for _ in 0..<10 { _ = tested.allows(.reset, nowMs: 0) }
        #expect(!ask(&tested, .reset, atMs: 999))
        #expect(ask(&tested, .reset, atMs: 1_000))
        #expect(!ask(&tested, .reset, atMs: 1_000))
        for _ in 0..<10 { #expect(ask(&tested, .reset, atMs: 1_000_000)) }
        #expect(!ask(&tested, .reset, atMs: 1_000_000))
    }

    @Test("a peer that stays within the rate is never refused")
    func steady() {
        var tested = AbuseGuard(limits: limits)
        for second in 0..<600 { #expect(ask(&tested, .reset, atMs: UInt64(second) * 1_000)) }
    }

    @Test("small window updates cost only a peer that got no data for them")
    func windowUpdates() {
        var tested = AbuseGuard(limits: limits)
        for _ in 0..<100 {
            tested.didSendData()
            #expect(ask(&tested, .windowUpdate(10), atMs: 0))
            #expect(ask(&tested, .windowUpdate(10), atMs: 0))
        }
        for _ in 0..<100 { #expect(ask(&tested, .windowUpdate(65_536), atMs: 0)) }
        for _ in 0..<5 { #expect(ask(&tested, .windowUpdate(1), atMs: 0)) }
        #expect(!ask(&tested, .windowUpdate(1), atMs: 0))
    }

    @Test("a clock that stands still or goes back gives nothing away")
    func clock() {
        var tested = AbuseGuard(limits: limits)
        for _ in 0..<10 { _ = tested.allows(.reset, nowMs: 5_000) }
        #expect(!ask(&tested, .reset, atMs: 4_000))
        #expect(!ask(&tested, .reset, atMs: 5_000))
    }
}
