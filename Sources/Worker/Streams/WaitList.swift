// Those who wait for the same thing, in no order. Joining, leaving and counting take one step, however
// many there are.
//
// A member keeps its own place in the list, so it never has to be looked for, and can only be in one
// list at a time. A member that is woken may leave while the others are being woken.
//
// Owner: the worker's loop thread.

/// A response that goes on when something happens.
package protocol Waiter: AnyObject {
    /// The place in the list, kept by the list.
    var place: Int { get set }

    /// What it waits for may have come, or ended.
    func wake()

    /// Called at intervals, for what a waiter is owed although nothing comes.
    func lookAfter(nowMs: UInt64)

    /// Has the response reset, however much its client has taken.
    func letGo()
}

package final class WaitList {
    private var members: [any Waiter] = []
    /// In a round of waking, those before it have been woken; nil between rounds.
    private var woken: Int?
    /// Something has come since the round began.
    var wantsAnotherRound = false

    package init() {}

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    package func add(_ waiter: any Waiter) {
        waiter.place = members.count
        members.append(waiter)
    }

    package func remove(_ waiter: any Waiter) {
        var place = waiter.place
        precondition(members[place] === waiter, "a waiter leaves once")
        // In a round, one that has been woken takes the place of one that has been woken, and the last
        // one the first place of the others, whose turn is still to come.
        if let border = woken.map({ $0 - 1 }), place <= border, border < members.count {
            put(members[border], at: place)
            woken = border
            place = border
        }
        let last = members.removeLast()
        if place < members.count { put(last, at: place) }
    }

    private func put(_ member: any Waiter, at place: Int) {
        members[place] = member
        member.place = place
    }

    package func wake() {
        for member in members { member.wake() }
    }

    /// Not all of them have been woken that are to be.
    var isInRound: Bool { woken != nil }

    /// Wakes the next few of a round. True: the round is over.
    func wakeNext(_ count: Int) -> Bool {
        let first = woken ?? 0
        let members = members
        let end = min(first + count, members.count)
        let isOver = end == members.count
        woken = isOver ? nil : end
        guard first < end else { return isOver }
        for place in first..<end { members[place].wake() }
        return isOver
    }

    /// Looks after one of `parts` parts of the list; all of them in turn are the whole list.
    package func lookAfter(part: Int = 0, of parts: Int = 1, nowMs: UInt64) {
        // A copy: members that are looked after may leave.
        let members = members
        for place in stride(from: part % parts, to: members.count, by: parts) {
            members[place].lookAfter(nowMs: nowMs)
        }
    }

    /// Lets some of them go.
    package func letGo(atMost most: Int) {
        for member in members.suffix(most) { member.letGo() }
    }
}
