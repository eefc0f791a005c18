// Whether a worker lives: questions (pings) out, answers in, one question at a time, and the turns of
// its loop, which it counts where the supervisor can see them. A worker that is silent because it has
// much to do goes on turning, one that is stuck does not. Pure: the clock comes in. A worker may not
// answer what was not asked.
//
// The count is the worker's own word. All it can win by lying is the time until it counts as deaf.

import Settings

struct WorkerPulse {
    enum Verdict: Equatable {
        case alive
        /// Asked, silent, and its loop does not turn.
        case stuck
        /// Its loop turns, but it has not answered for very long.
        case deaf
    }

    private var turns: UInt64
    /// When the loop was last seen to have turned.
    private var turnedMs: UInt64
    /// When the question was asked that is not answered yet; nil when there is none.
    private var askedMs: UInt64?
    private var lastAskedMs: UInt64?
    private var lastToken: UInt64 = 0

    /// Counts from now on.
    /// - Parameter turns: the turns of the loop until now.
    init(nowMs: UInt64, turns: UInt64 = 0) {
        turnedMs = nowMs
        self.turns = turns
    }

    /// How the worker is, now that its loop has made so many turns.
    mutating func judge(turns: UInt64, nowMs: UInt64) -> Verdict {
        if turns != self.turns {
            self.turns = turns
            turnedMs = nowMs
        }
        guard let askedMs else { return .alive }
        if nowMs >= askedMs + Limits.workerDeafMs { return .deaf }
        return nowMs >= max(askedMs, turnedMs) + Limits.workerStuckMs ? .stuck : .alive
    }

    /// Whether the worker has left a question open for so long that it should get nothing new.
    func isLate(nowMs: UInt64) -> Bool {
        askedMs.map { nowMs >= $0 + Limits.workerLateMs } ?? false
    }

    /// The token of the next question; nil while the last one is not answered, and when it was asked
    /// less than `intervalMs` ago.
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
