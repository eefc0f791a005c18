// Whether a worker is alive. Questions (pings) go out and answers come in, one question at a time.
// The worker also counts the turns of its loop where the supervisor can see them: a worker that is
// silent because it has much to do keeps turning, a stuck one does not. Pure: the clock comes in. A
// worker may not answer a question that was not asked.
//
// The count is the worker's own word. By lying it gains only the time until it counts as deaf.

import Settings

struct WorkerPulse {
    enum Verdict: Equatable {
        case alive
        /// It was asked, is silent, and its loop does not turn.
        case stuck
        /// Its loop turns, but it has not answered for very long.
        case deaf
    }

    private var turns: UInt64
    /// When the loop was last seen turning.
    private var turnedMs: UInt64
    /// When the open question was asked; nil if there is none.
    private var askedMs: UInt64?
    private var lastAskedMs: UInt64?
    private var lastToken: UInt64 = 0

    /// Starts to count now.
    /// - Parameter turns: the turns of the loop until now.
    init(nowMs: UInt64, turns: UInt64 = 0) {
        turnedMs = nowMs
        self.turns = turns
    }

    /// How the worker is, given how many turns its loop has made.
    mutating func judge(turns: UInt64, nowMs: UInt64) -> Verdict {
        if turns != self.turns {
            self.turns = turns
            turnedMs = nowMs
        }
        guard let askedMs else { return .alive }
        if nowMs >= askedMs + Limits.workerDeafMs { return .deaf }
        return nowMs >= max(askedMs, turnedMs) + Limits.workerStuckMs ? .stuck : .alive
    }

    /// Whether the worker has owed an answer for so long that it should get nothing new.
    func isLate(nowMs: UInt64) -> Bool {
        askedMs.map { nowMs >= $0 + Limits.workerLateMs } ?? false
    }

    /// The token of the next question; nil if the last one is not answered yet, or was asked less
    /// than `intervalMs` ago.
    mutating func nextQuestion(nowMs: UInt64, intervalMs: UInt64 = 0) -> UInt64? {
        guard askedMs == nil, lastAskedMs.map({ nowMs >= $0 + intervalMs }) ?? true else {
            return nil
        }
        askedMs = nowMs
        lastAskedMs = nowMs
        lastToken += 1
        return lastToken
    }

    /// Takes in an answer. False: nobody asked.
    mutating func answer(token: UInt64) -> Bool {
        guard askedMs != nil, token == lastToken else { return false }
        askedMs = nil
        return true
    }

    /// Forgives silence until now: the supervisor itself was stopped and heard nothing.
    mutating func forgive(nowMs: UInt64) {
        turnedMs = nowMs
        if askedMs != nil { askedMs = nowMs }
    }
}
