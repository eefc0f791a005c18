// Requests that wait until an index has something, or until it is clear that it will not have it in time.
//
// Each one ends exactly once: with a call that says how, or by being cancelled, and then without a call.
// Joining and leaving take one step. Those who are told may join again, or cancel others, meanwhile.
//
// Owner: the worker's loop thread.

package enum WaitOutcome: Equatable, Sendable {
    /// It is there.
    case reached
    /// The stream has ended, so nothing more comes: the answer is what there is.
    case ended
    /// It has not come in time.
    case timedOut
    /// The worker is going.
    case letGo
    /// The stream's name belongs to another ring now, which goes on.
    case replaced
}

package final class SegmentWait {
    /// Nil: anything, as long as the index has caught up with its ring.
    let point: SegmentPoint?
    let rendition: Int
    let untilMs: UInt64
    fileprivate let onEnd: (WaitOutcome) -> Void
    fileprivate var place = 0
    fileprivate weak var list: SegmentWaits?

    fileprivate init(
        _ point: SegmentPoint?, of rendition: Int, untilMs: UInt64, list: SegmentWaits,
        onEnd: @escaping (WaitOutcome) -> Void
    ) {
        self.point = point
        self.rendition = rendition
        self.untilMs = untilMs
        self.list = list
        self.onEnd = onEnd
    }

    /// It need not be told any more: its request has gone. Idempotent, also after it was told.
    package func cancel() { list?.remove(self) }
}

/// Those who wait at one index.
final class SegmentWaits {
    private var waiting: [SegmentWait] = []
    /// Called whenever one has left, however.
    var onLeave: () -> Void = {}

    var isEmpty: Bool { waiting.isEmpty }

    func add(
        _ point: SegmentPoint?, of rendition: Int, untilMs: UInt64,
        onEnd: @escaping (WaitOutcome) -> Void
    ) -> SegmentWait {
        let wait = SegmentWait(
            point, of: rendition, untilMs: untilMs, list: self, onEnd: onEnd)
        wait.place = waiting.count
        waiting.append(wait)
        return wait
    }

    fileprivate func remove(_ wait: SegmentWait) {
        wait.list = nil
        let last = waiting.removeLast()
        if wait.place < waiting.count {
            waiting[wait.place] = last
            last.place = wait.place
        }
        onLeave()
    }

    /// Ends the waits for which there is an outcome.
    func end(_ outcome: (SegmentWait) -> WaitOutcome?) {
        var ended: [(SegmentWait, WaitOutcome)] = []
        for wait in waiting {
            if let outcome = outcome(wait) { ended.append((wait, outcome)) }
        }
        for (wait, outcome) in ended where wait.list != nil {
            remove(wait)
            wait.onEnd(outcome)
        }
    }
}
