// Deadlines of one event loop: a binary heap ordered by time. Cancelling is O(1) (the entry stays in
// the heap and is skipped when it comes up), which fits timeouts that are nearly always cancelled.

/// Identifies one scheduled action. Never reused.
package struct TimerID: Hashable, Sendable {
    fileprivate let number: UInt64
    /// Which of a loop's queues it is in.
    let isUrgent: Bool
}

package struct TimerQueue {
    private struct Entry {
        let deadlineMs: UInt64
        let id: TimerID
    }

    private var heap: [Entry] = []
    private var actions: [TimerID: () -> Void] = [:]
    private var lastNumber: UInt64 = 0
    private let isUrgent: Bool

    package init(isUrgent: Bool) {
        self.isUrgent = isUrgent
    }

    /// How many actions are waiting.
    package var count: Int { actions.count }

    /// Adds an action to run at `deadlineMs` (CLOCK_MONOTONIC) or soon after.
    package mutating func add(deadlineMs: UInt64, action: @escaping () -> Void) -> TimerID {
        lastNumber += 1
        let id = TimerID(number: lastNumber, isUrgent: isUrgent)
        actions[id] = action
        heap.append(Entry(deadlineMs: deadlineMs, id: id))
        siftUp(from: heap.count - 1)
        return id
    }

    /// Forgets an action; one that has run or was cancelled is ignored.
    package mutating func cancel(_ id: TimerID) {
        actions[id] = nil
        // Dead entries are dropped when they outnumber the living, so the heap stays bounded by
        // twice the number of timers that are set.
        if heap.count > 64, heap.count > 2 * actions.count { rebuild() }
    }

    /// When the next action is due; nil when none is waiting.
    package mutating func nextDeadlineMs() -> UInt64? {
        while let first = heap.first {
            if actions[first.id] != nil { return first.deadlineMs }
            removeFirst()
        }
        return nil
    }

    /// Takes the next action that is due at `nowMs`; nil when none is.
    package mutating func popDue(nowMs: UInt64) -> (() -> Void)? {
        guard let deadlineMs = nextDeadlineMs(), deadlineMs <= nowMs else { return nil }
        let id = heap[0].id
        removeFirst()
        return actions.removeValue(forKey: id)
    }

    private mutating func rebuild() {
        let living = heap.filter { actions[$0.id] != nil }
        heap.removeAll(keepingCapacity: true)
        for entry in living {
            heap.append(entry)
            siftUp(from: heap.count - 1)
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadlineMs < heap[parent].deadlineMs else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].deadlineMs < heap[smallest].deadlineMs { smallest = child }
            }
            if smallest == parent { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
