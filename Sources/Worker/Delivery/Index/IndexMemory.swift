// What the indexes of a worker share: room for one entry, how much of the rings is read in a turn of the
// loop, who goes on reading in the next one, and who is told what was found.
//
// Owner: the worker's loop thread.

import Settings

final class IndexMemory {
    /// Room for one entry of a ring: indexes read in turn, and keep nothing in it.
    var scratch: [UInt8] = []
    /// Does something after so many milliseconds, on this thread.
    let later: (UInt64, @escaping () -> Void) -> Void
    /// Of the monotonic clock.
    let clockUs: () -> UInt64
    let answers: AnswerLine
    /// Samples of all indexes together.
    private(set) var samples = 0
    /// There are too many of them, since this index has grown.
    var onShortage: (IndexedStream) -> Void = { _ in }
    /// Those who are woken in the next turn, in their order.
    private var line: [IndexedStream] = []
    private var isScheduled = false
    /// What may still be read in the turn that has this number.
    private var left = (bytes: Limits.indexedBytesPerTurn, turn: UInt64?.none)

    init(
        later: @escaping (UInt64, @escaping () -> Void) -> Void, clockUs: @escaping () -> UInt64
    ) {
        self.later = later
        self.clockUs = clockUs
        answers = AnswerLine(later: later, clockUs: clockUs)
    }

    // MARK: Reading

    /// How much an index may read now. One that was up to date at its last look has what came since
    /// without waiting behind others, unless that is much.
    ///
    /// - Parameter turn: of the loop; nil while it does not run.
    func allowedBytes(wasCurrent: Bool, turn: UInt64?) -> Int {
        begin(turn)
        return max(left.bytes, wasCurrent ? Limits.indexedNewsBytes : 0)
    }

    /// Those who read before in the same turn have taken their share.
    private func begin(_ turn: UInt64?) {
        if left.turn != turn { left = (Limits.indexedBytesPerTurn, turn) }
    }

    func hasRead(_ bytes: Int) { left.bytes -= bytes }

    /// Wakes an index in the next turn, behind those that asked before.
    func readOn(_ indexed: IndexedStream) {
        guard !indexed.isInLine else { return }
        indexed.isInLine = true
        line.append(indexed)
        schedule()
    }

    private func schedule() {
        guard !isScheduled, !line.isEmpty else { return }
        isScheduled = true
        later(0) { [weak self] in
            self?.isScheduled = false
            self?.wakeLine()
        }
    }

    private func wakeLine() {
        var rest = line[...]
        line = []
        // Without a loop, this is what follows its turn.
        if let turn = rest.first?.stream.turnNumber {
            begin(turn)
        } else {
            left = (Limits.indexedBytesPerTurn, nil)
        }
        while left.bytes > 0, let indexed = rest.popFirst() {
            indexed.isInLine = false
            indexed.wake()
        }
        line = Array(rest) + line
        schedule()
    }

    // MARK: Samples

    /// An index has so many more samples, or fewer.
    func count(_ change: Int, in indexed: IndexedStream) {
        samples += change
        if change > 0, samples > Limits.samplesPerWorker { onShortage(indexed) }
    }

    /// An index has gone, and had so many.
    func forget(_ count: Int) { samples -= count }
}
