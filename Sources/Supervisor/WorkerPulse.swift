// Whether a worker's loop still turns: questions (pings) out, answers in, one question at a time. Pure:
// the clock comes in. A worker may not answer what was not asked.

import Settings

struct WorkerPulse {
    private var lastAnswerMs: UInt64
    private var lastToken: UInt64 = 0
    private var awaitsAnswer = false

    /// Counts from now on.
    init(nowMs: UInt64) {
        lastAnswerMs = nowMs
    }

    /// Whether the worker has been silent for so long that it hangs.
    func hasStopped(nowMs: UInt64) -> Bool {
        nowMs >= lastAnswerMs + Limits.workerHangMs
    }

    /// The token of the next question; nil while the last one is not answered.
    mutating func nextQuestion() -> UInt64? {
        guard !awaitsAnswer else { return nil }
        awaitsAnswer = true
        lastToken += 1
        return lastToken
    }

    /// Takes in an answer. False: nobody asked.
    mutating func answer(token: UInt64, nowMs: UInt64) -> Bool {
        guard awaitsAnswer, token == lastToken else { return false }
        awaitsAnswer = false
        lastAnswerMs = nowMs
        return true
    }

    /// Forgives silence until now: the supervisor itself was stopped and asked nothing.
    mutating func forgive(nowMs: UInt64) {
        lastAnswerMs = nowMs
    }
}
