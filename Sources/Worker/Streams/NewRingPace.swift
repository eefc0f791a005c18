// How often one name may get a new ring in this worker: each is a file of full size that is made, named
// and unlinked. A broadcaster who tries out cameras and microphones makes some in a row, and then none.
//
// Pure: the clock comes in, in milliseconds of the loop.

import Settings
import StreamState

package struct NewRingPace {
    private struct Budget {
        var left = Limits.newRingsAtOnce
        var atMs: UInt64

        mutating func refill(_ nowMs: UInt64) {
            let more = (nowMs - min(atMs, nowMs)) / Limits.newRingIntervalMs
            left = min(left + more, Limits.newRingsAtOnce)
            atMs = left == Limits.newRingsAtOnce ? nowMs : atMs + more * Limits.newRingIntervalMs
        }
    }

    private var budgets: [StreamName: Budget] = [:]

    /// Names that have used part of their budget.
    var count: Int { budgets.count }

    /// Whether the name may have one now; if so, it counts.
    package mutating func admits(_ name: StreamName, nowMs: UInt64) -> Bool {
        var budget = budgets[name] ?? Budget(atMs: nowMs)
        budget.refill(nowMs)
        guard budget.left > 0 else { return false }
        budget.left -= 1
        if budgets[name] == nil, budgets.count >= Limits.streams { forgetFull(nowMs) }
        budgets[name] = budget
        return true
    }

    private mutating func forgetFull(_ nowMs: UInt64) {
        budgets = budgets.filter { _, budget in
            var budget = budget
            budget.refill(nowMs)
            return budget.left < Limits.newRingsAtOnce
        }
    }
}
