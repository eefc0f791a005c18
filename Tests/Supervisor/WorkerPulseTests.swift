// Whether a worker lives, is busy, stuck or deaf.

import Settings
import Testing

@testable import Supervisor

@Suite("A worker's pulse")
struct WorkerPulseTests {
    /// A worker that was asked at 1,000 ms, after 7 turns, and has not answered since.
    struct Silence: CustomTestStringConvertible, Sendable {
        let what: String
        /// The looks at it before the last one.
        var turning: [(ms: UInt64, turns: UInt64)] = []
        let last: (ms: UInt64, turns: UInt64)
        let verdict: WorkerPulse.Verdict

        var testDescription: String { what }
    }

    private static let asked: UInt64 = 1_000
    private static let stuckMs = asked + Limits.workerStuckMs
    private static let deafMs = asked + Limits.workerDeafMs

    static let silences: [Silence] = [
        .init(what: "just asked", last: (asked, 7), verdict: .alive),
        .init(what: "nearly too long", last: (stuckMs - 1, 7), verdict: .alive),
        .init(what: "too long without a turn", last: (stuckMs, 7), verdict: .stuck),
        .init(what: "as long with a turn", last: (stuckMs, 8), verdict: .alive),
        .init(
            what: "a turn, and then too long without one", turning: [(3_000, 8)],
            last: (3_000 + Limits.workerStuckMs, 8), verdict: .stuck),
        .init(
            what: "a turn, and then nearly too long", turning: [(3_000, 8)],
            last: (3_000 + Limits.workerStuckMs - 1, 8), verdict: .alive),
        .init(
            what: "a count that falls moves too", turning: [(3_000, 0)],
            last: (stuckMs, 0), verdict: .alive),
        .init(
            what: "busy nearly too long", turning: [(deafMs - 2, 8)], last: (deafMs - 1, 9),
            verdict: .alive),
        .init(
            what: "busy too long", turning: [(deafMs - 1, 8)], last: (deafMs, 9), verdict: .deaf),
        .init(what: "neither for very long", last: (deafMs, 7), verdict: .deaf),
    ]

    @Test("is judged by answers and turns", arguments: silences)
    func silence(_ silence: Silence) {
        var pulse = WorkerPulse(nowMs: 0, turns: 7)
        _ = pulse.nextQuestion(nowMs: Self.asked)
        for look in silence.turning { _ = pulse.judge(turns: look.turns, nowMs: look.ms) }
        let verdict = pulse.judge(turns: silence.last.turns, nowMs: silence.last.ms)
        #expect(verdict == silence.verdict)
    }

    @Test("says nothing of a worker that sleeps because nobody asks it anything")
    func idle() {
        var pulse = WorkerPulse(nowMs: 0)
        let token = pulse.nextQuestion(nowMs: 0) ?? 0
        let isBelieved = pulse.answer(token: token)
        #expect(isBelieved)
        let verdict = pulse.judge(turns: 0, nowMs: 10 * Limits.workerDeafMs)
        #expect(verdict == .alive)
        // Nor is it stuck the moment it is asked again.
        _ = pulse.nextQuestion(nowMs: 10 * Limits.workerDeafMs)
        let next = pulse.judge(turns: 0, nowMs: 10 * Limits.workerDeafMs + 1)
        #expect(next == .alive)
    }

    @Test("asks one question at a time, and no more often than it is to")
    func oneAtATime() {
        var pulse = WorkerPulse(nowMs: 0)
        let first = pulse.nextQuestion(nowMs: 100)
        let second = pulse.nextQuestion(nowMs: 101)
        #expect(first != nil && second == nil)
        _ = pulse.answer(token: first ?? 0)
        let tooSoon = pulse.nextQuestion(nowMs: 199, intervalMs: 100)
        #expect(tooSoon == nil)
        let next = pulse.nextQuestion(nowMs: 200, intervalMs: 100)
        #expect(next != nil && next != first)
    }

    @Test("takes no answer to what was not asked, or to what was asked before")
    func unasked() {
        var pulse = WorkerPulse(nowMs: 0)
        let unasked = pulse.answer(token: 0)
        #expect(!unasked)
        let token = pulse.nextQuestion(nowMs: 0) ?? 0
        let wrong = pulse.answer(token: token + 1)
        #expect(!wrong)
        let right = pulse.answer(token: token)
        #expect(right)
        let again = pulse.answer(token: token)
        #expect(!again)
    }

    @Test("is late from some hundreds of milliseconds on, until the answer comes")
    func late() {
        var pulse = WorkerPulse(nowMs: 0)
        #expect(!pulse.isLate(nowMs: 1_000_000))
        let token = pulse.nextQuestion(nowMs: 1_000_000) ?? 0
        #expect(!pulse.isLate(nowMs: 1_000_000 + Limits.workerLateMs - 1))
        #expect(pulse.isLate(nowMs: 1_000_000 + Limits.workerLateMs))
        _ = pulse.answer(token: token)
        #expect(!pulse.isLate(nowMs: 1_000_000 + Limits.workerLateMs))
    }

    @Test("gets new time when the supervisor itself was stopped")
    func forgiveness() {
        var pulse = WorkerPulse(nowMs: 0)
        _ = pulse.nextQuestion(nowMs: 0)
        let now: UInt64 = 10 * Limits.workerDeafMs
        pulse.forgive(nowMs: now)
        #expect(!pulse.isLate(nowMs: now))
        let verdicts = [0, Limits.workerStuckMs - 1, Limits.workerStuckMs].map {
            pulse.judge(turns: 0, nowMs: now + $0)
        }
        #expect(verdicts == [.alive, .alive, .stuck])
    }

    @Test("is late before it is stuck, and stuck before it is deaf")
    func order() {
        #expect(Limits.workerLateMs < Limits.workerPingMs)
        #expect(Limits.workerStuckMs > 2 * Limits.workerPingMs)
        #expect(Limits.workerDeafMs > 2 * Limits.workerStuckMs)
    }
}
