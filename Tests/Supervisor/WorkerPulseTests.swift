// Whether a worker still answers.

import Settings
import Testing

@testable import Supervisor

@Suite("A worker's pulse")
struct WorkerPulseTests {
    @Test("stops when no answer has come for long enough, and not before")
    func silence() {
        var pulse = WorkerPulse(nowMs: 1_000)
        _ = pulse.nextQuestion()
        #expect(!pulse.hasStopped(nowMs: 1_000 + Limits.workerHangMs - 1))
        #expect(pulse.hasStopped(nowMs: 1_000 + Limits.workerHangMs))
    }

    @Test("asks one question at a time")
    func oneAtATime() {
        var pulse = WorkerPulse(nowMs: 0)
        let first = pulse.nextQuestion()
        let tooEarly = pulse.nextQuestion()
        #expect(tooEarly == nil)
        let isBelieved = pulse.answer(token: first ?? 0, nowMs: 5)
        #expect(isBelieved)
        let second = pulse.nextQuestion()
        #expect(second != nil && second != first)
        #expect(!pulse.hasStopped(nowMs: 4 + Limits.workerHangMs))
        #expect(pulse.hasStopped(nowMs: 5 + Limits.workerHangMs))
    }

    @Test("takes no answer to what was not asked, or to what was asked before")
    func unasked() {
        var pulse = WorkerPulse(nowMs: 0)
        let unasked = pulse.answer(token: 0, nowMs: 1)
        #expect(!unasked)
        let token = pulse.nextQuestion() ?? 0
        let wrong = pulse.answer(token: token + 1, nowMs: 1)
        #expect(!wrong)
        let right = pulse.answer(token: token, nowMs: 1)
        #expect(right)
        let again = pulse.answer(token: token, nowMs: 1)
        #expect(!again)
    }

    @Test("gets new time when the supervisor itself was stopped")
    func forgiveness() {
        var pulse = WorkerPulse(nowMs: 0)
        _ = pulse.nextQuestion()
        pulse.forgive(nowMs: 1_000_000)
        #expect(!pulse.hasStopped(nowMs: 1_000_000))
        #expect(pulse.hasStopped(nowMs: 1_000_000 + Limits.workerHangMs))
    }
}
