// Requests that wait until an index has something, or until it is clear that it will not have it in time.
//
// They stand together by what they wait for, so a look at thousands of them costs as much as a look at the
// few different things that they wait for. Joining and leaving take one step.
//
// Each one ends exactly once: with a call that says how, or by being cancelled, and then without a call. What
// becomes of it is settled first, and it is told when its turn has come (AnswerLine); until then it may still
// be cancelled. Those who are told may join again, or cancel others, meanwhile.
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

/// What a request waits for.
struct WaitTarget: Hashable, Comparable {
    /// Nil: anything, as long as the index has caught up with its ring.
    let point: SegmentPoint?
    let rendition: Int

    /// What comes sooner stands before what comes later.
    static func < (one: WaitTarget, other: WaitTarget) -> Bool { one.order < other.order }

    private var order: (UInt64, Int, Int) {
        (point?.ordinal ?? 0, point.map { $0.part ?? .max } ?? -1, rendition)
    }
}

package final class SegmentWait {
    fileprivate let target: WaitTarget
    fileprivate let untilMs: UInt64
    private let onEnd: (WaitOutcome) -> Void
    fileprivate var place = 0
    /// Settled, but it has not been told yet.
    fileprivate var outcome: WaitOutcome?
    /// Nil: it was told, or cancelled.
    fileprivate weak var list: SegmentWaits?

    fileprivate init(
        for target: WaitTarget, untilMs: UInt64, list: SegmentWaits,
        onEnd: @escaping (WaitOutcome) -> Void
    ) {
        self.target = target
        self.untilMs = untilMs
        self.list = list
        self.onEnd = onEnd
    }

    /// It need not be told any more: its request has gone. Idempotent, also after it was told.
    package func cancel() { list?.remove(self) }

    /// Tells it what was settled, unless it was cancelled meanwhile.
    func tell() {
        guard let list, let outcome else { return }
        list.remove(self)
        onEnd(outcome)
    }
}

/// Those who wait at one index.
final class SegmentWaits {
    private var groups: [WaitTarget: [SegmentWait]] = [:]
    /// How many wait, or have not been told yet.
    private(set) var count = 0
    /// Nobody's time is over before this.
    private(set) var earliestMs = UInt64.max
    /// Called whenever one has left, however.
    var onLeave: () -> Void = {}

    var isEmpty: Bool { count == 0 }

    func add(
        for target: WaitTarget, untilMs: UInt64, onEnd: @escaping (WaitOutcome) -> Void
    ) -> SegmentWait {
        let wait = SegmentWait(for: target, untilMs: untilMs, list: self, onEnd: onEnd)
        wait.place = groups[target]?.count ?? 0
        groups[target, default: []].append(wait)
        earliestMs = min(earliestMs, untilMs)
        count += 1
        return wait
    }

    fileprivate func remove(_ wait: SegmentWait) {
        wait.list = nil
        if wait.outcome == nil { takeOut(wait) }
        count -= 1
        onLeave()
    }

    private func takeOut(_ wait: SegmentWait) {
        guard let last = groups[wait.target]?.popLast() else { return }
        if last !== wait {
            groups[wait.target]?[wait.place] = last
            last.place = wait.place
        } else if groups[wait.target]?.isEmpty == true {
            groups[wait.target] = nil
        }
    }

    /// Settles the waits for whose targets there is an outcome, what comes sooner first.
    func settle(_ outcome: (WaitTarget) -> WaitOutcome?) -> [SegmentWait] {
        var settled: [SegmentWait] = []
        for target in groups.keys.sorted() {
            guard let outcome = outcome(target), let group = groups.removeValue(forKey: target)
            else { continue }
            for wait in group { wait.outcome = outcome }
            settled += group
        }
        if groups.isEmpty { earliestMs = .max }
        return settled
    }

    /// Settles the waits whose time is over.
    func settleLate(nowMs: UInt64) -> [SegmentWait] {
        guard nowMs >= earliestMs else { return [] }
        let all = groups.values.joined()
        let late = all.filter { nowMs >= $0.untilMs }
        earliestMs = all.lazy.filter { nowMs < $0.untilMs }.map(\.untilMs).min() ?? .max
        for wait in late {
            takeOut(wait)
            wait.outcome = .timedOut
        }
        return late
    }
}
