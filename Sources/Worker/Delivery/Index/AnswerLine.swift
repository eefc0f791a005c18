// The requests of a worker that have waited and are to be told now, of all streams, in the order in which
// that became clear. When a part is there, thousands may have waited for it: they are answered in slices of
// the loop's turns, so that others get their turns, and what has been answered leaves meanwhile.
//
// Owner: the worker's loop thread.

import Settings

final class AnswerLine {
    private let later: (UInt64, @escaping () -> Void) -> Void
    private let clockUs: () -> UInt64
    private var line: [SegmentWait] = []
    /// The first one that was not told yet.
    private var next = 0
    private var isScheduled = false
    /// The turn of the last slice, by its time, and when that slice ends.
    private var slice: (turnMs: UInt64, endUs: UInt64)?

    init(
        later: @escaping (UInt64, @escaping () -> Void) -> Void, clockUs: @escaping () -> UInt64
    ) {
        self.later = later
        self.clockUs = clockUs
    }

    /// Tells them at once, or when those before them were told.
    ///
    /// - Parameter nowMs: of the loop.
    func tell(_ waits: [SegmentWait], nowMs: UInt64) {
        guard !waits.isEmpty else { return }
        line += waits
        guard !isScheduled else { return }
        // Several streams of one turn share a slice.
        if slice?.turnMs != nowMs { slice = (nowMs, clockUs() + Limits.answersSliceUs) }
        work(untilUs: slice?.endUs ?? 0)
    }

    private func work(untilUs endUs: UInt64) {
        while next < line.count, clockUs() < endUs {
            let wait = line[next]
            next += 1
            wait.tell()
        }
        guard next < line.count else {
            line.removeAll(keepingCapacity: line.count <= Limits.answersKept)
            next = 0
            return
        }
        guard !isScheduled else { return }
        isScheduled = true
        later(0) { [weak self] in
            guard let self else { return }
            isScheduled = false
            work(untilUs: clockUs() + Limits.answersSliceUs)
        }
    }
}
