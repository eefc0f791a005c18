// How often one name may get a new ring in this worker: each is a file of full size that is made, named
// and unlinked. A broadcaster who tries out cameras and microphones makes some in a row, and then none.
//
// Pure: the clock comes in, in milliseconds of the loop.

import Settings
import StreamState

package struct NewRingPace {
    private var budgets: [StreamName: TokenBucket] = [:]

    /// Names that have used part of their budget.
    var count: Int { budgets.count }

    /// Whether the name may have one now; if so, it counts.
    package mutating func admits(_ name: StreamName, nowMs: UInt64) -> Bool {
        var budget =
            budgets[name]
            ?? TokenBucket(
                atOnce: Limits.newRingsAtOnce, intervalUs: Limits.newRingIntervalMs * 1_000)
        guard budget.take(nowMs: nowMs) else { return false }
        if budgets[name] == nil, budgets.count >= Limits.streams {
            budgets = budgets.filter { _, budget in budget.fullAfterMs(nowMs: nowMs) > 0 }
        }
        budgets[name] = budget
        return true
    }
}
