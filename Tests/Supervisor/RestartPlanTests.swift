// Which dead workers are started again, and when, so that one of them always serves and none of them
// eats the machine.

import Settings
import Testing

@testable import Supervisor

@Suite("The restart plan")
struct RestartPlanTests {
    /// Times are far from zero, as those of a monotonic clock are.
    private static let start: UInt64 = 1_000_000

    /// A plan in which workers have died young so often, all at `start`.
    private func plan(deaths: [Int]) -> RestartPlan {
        var plan = RestartPlan(seats: deaths.count)
        for (seat, count) in deaths.enumerated() {
            for _ in 0..<count {
                _ = plan.workerHasDied(seat: seat, livedMs: 1, nowMs: Self.start)
            }
        }
        return plan
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let what: String
        /// How often the worker of each seat has died young; 0: it runs.
        let deaths: [Int]
        let isServed: Bool
        let afterMs: UInt64
        let next: RestartPlan.Start?

        var testDescription: String { what }
    }

    static let cases: [Case] = [
        .init(what: "nobody has died", deaths: [0, 0], isServed: true, afterMs: 0, next: nil),
        .init(
            what: "a first death", deaths: [0, 1], isServed: true, afterMs: 0,
            next: .init(seat: 1, isEarly: false)),
        .init(
            what: "a second death while another serves", deaths: [0, 2], isServed: true,
            afterMs: Limits.restartBackoffFirstMs - 1, next: nil),
        .init(
            what: "its pause is over", deaths: [0, 2], isServed: true,
            afterMs: Limits.restartBackoffFirstMs, next: .init(seat: 1, isEarly: false)),
        .init(
            what: "it dies again and again and nobody else serves", deaths: [0, 20],
            isServed: false, afterMs: 0, next: .init(seat: 1, isEarly: true)),
        .init(
            what: "both wait: the one that has least left to wait", deaths: [9, 3],
            isServed: false, afterMs: 0, next: .init(seat: 1, isEarly: true)),
        .init(
            what: "all wait alike: one of them", deaths: [9, 9, 9], isServed: false, afterMs: 0,
            next: .init(seat: 0, isEarly: true)),
        .init(
            what: "the only worker", deaths: [9], isServed: false, afterMs: 0,
            next: .init(seat: 0, isEarly: true)),
    ]

    @Test("starts the right worker", arguments: cases)
    func next(_ testCase: Case) {
        var plan = plan(deaths: testCase.deaths)
        let next = plan.nextStart(
            nowMs: Self.start + testCase.afterMs, isServed: testCase.isServed)
        #expect(next == testCase.next)
    }

    @Test("never lets two workers wait when one of them could serve")
    func twoWorkers() {
        var plan = plan(deaths: [9, 9])
        let first = plan.nextStart(nowMs: Self.start, isServed: false)
        #expect(first == RestartPlan.Start(seat: 0, isEarly: true))
        let second = plan.nextStart(nowMs: Self.start, isServed: true)
        #expect(second == nil)
        #expect(plan.nextLookMs(isServed: true) == Self.start + Limits.restartBackoffLongestMs)
    }

    @Test("starts workers early at a distance, when none of them can live")
    func distance() {
        var plan = plan(deaths: [9])
        _ = plan.nextStart(nowMs: Self.start, isServed: false)
        _ = plan.workerHasDied(seat: 0, livedMs: 1, nowMs: Self.start + 1)
        let dueMs = Self.start + Limits.restartUnservedMs
        #expect(plan.nextLookMs(isServed: false) == dueMs)
        let tooSoon = plan.nextStart(nowMs: dueMs - 1, isServed: false)
        #expect(tooSoon == nil)
        let next = plan.nextStart(nowMs: dueMs, isServed: false)
        #expect(next == RestartPlan.Start(seat: 0, isEarly: true))
        #expect(plan.nextLookMs(isServed: false) == nil)
    }

    @Test("holds for workers that die at once: no long gap, no rush", arguments: [1, 2, 8, 64])
    func crashLoop(seats: Int) {
        var plan = RestartPlan(seats: seats)
        var starts: [UInt64] = []
        for seat in 0..<seats {
            _ = plan.workerHasDied(seat: seat, livedMs: 0, nowMs: Self.start)
        }
        let minuteMs: UInt64 = 60_000
        for nowMs in Self.start..<Self.start + minuteMs {
            while let next = plan.nextStart(nowMs: nowMs, isServed: false) {
                starts.append(nowMs)
                _ = plan.workerHasDied(seat: next.seat, livedMs: 0, nowMs: nowMs)
            }
        }
        let gaps = zip(starts, starts.dropFirst()).map { $1 - $0 }
        #expect((gaps.max() ?? 0) <= Limits.restartUnservedMs)
        // At first each is tried a few times; then each after its pause, and one more at the distance.
        let tries = 8 * seats + seats * Int(minuteMs / Limits.restartBackoffLongestMs)
        #expect(starts.count <= tries + Int(minuteMs / Limits.restartUnservedMs))
    }
}
