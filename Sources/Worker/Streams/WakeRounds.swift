// Wakes the viewers of crowded streams a few at a time. Sending to a viewer touches the same memory as waking
// it: if all were woken first, none of that would still be in the processor's cache.
//
// Owner: the worker's loop thread.

import LinuxIO
import Settings

package final class WakeRounds: TurnTask {
    /// Lists of which some have been woken, the others not yet. Each is in here once.
    private var begun: [WaitList] = []

    package var hasWork: Bool { !begun.isEmpty }

    /// Wakes all members of a list: small lists at once, others from the loop's next turns on.
    func wake(_ list: WaitList) {
        let isUnderWay = list.isInRound
        if !isUnderWay, !list.wakeNext(Limits.viewersWokenAtOnce) { begun.append(list) }
        if isUnderWay { list.wantsAnotherRound = true }
    }

    package func work() {
        guard !begun.isEmpty else { return }
        let list = begun.removeFirst()
        if !list.wakeNext(Limits.viewersWokenAtOnce) { return begun.append(list) }
        guard list.wantsAnotherRound else { return }
        list.wantsAnotherRound = false
        wake(list)
    }
}
