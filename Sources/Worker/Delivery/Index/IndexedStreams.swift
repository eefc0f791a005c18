// The indexes of a worker: one for each stream of which somebody has asked for a list or for media lately.
//
// Owner: the worker's loop thread.

import Settings
import Streams

/// What the indexes of a worker share.
final class IndexMemory {
    /// Room for one entry of a ring: indexes read in turn, and keep nothing in it.
    var scratch: [UInt8] = []
    /// How many requests wait at all of them.
    var waits = 0
    /// Does something after so many milliseconds, on this thread.
    let later: (UInt64, @escaping () -> Void) -> Void

    init(later: @escaping (UInt64, @escaping () -> Void) -> Void) { self.later = later }
}

package final class IndexedStreams {
    private var byID: [ObjectIdentifier: IndexedStream] = [:]
    private let memory: IndexMemory
    private var lookIsScheduled = false

    /// - Parameter later: does something after so many milliseconds, on this thread.
    package init(later: @escaping (UInt64, @escaping () -> Void) -> Void) {
        memory = IndexMemory(later: later)
    }

    /// The index of a stream, made when it is asked for.
    package func index(of stream: LiveStream) -> IndexedStream {
        let id = ObjectIdentifier(stream)
        if let indexed = byID[id] { return indexed }
        makeRoom()
        let indexed = IndexedStream(stream, memory: memory)
        byID[id] = indexed
        lookLater()
        return indexed
    }

    var count: Int { byID.count }

    /// Forgets indexes that nobody waits for, those first that were not asked for the longest, until
    /// there is room for another one.
    private func makeRoom() {
        var samples = byID.values.reduce(0) { $0 + $1.index.sampleCount }
        guard samples > Limits.samplesPerWorker - Limits.samplesPerIndex else { return }
        for indexed in byID.values.sorted(by: { $0.askedAtMs < $1.askedAtMs }) {
            guard samples > Limits.samplesPerWorker - Limits.samplesPerIndex else { return }
            guard indexed.isIdle else { continue }
            samples -= indexed.index.sampleCount
            byID[ObjectIdentifier(indexed.stream)] = nil
        }
    }

    private func lookLater() {
        guard !lookIsScheduled, !byID.isEmpty else { return }
        lookIsScheduled = true
        memory.later(Limits.replacedRingMs) { [weak self] in
            self?.lookIsScheduled = false
            self?.dropUnused()
            self?.lookLater()
        }
    }

    /// Forgets indexes that nobody has asked for lately, and those whose rings have lost their names: a
    /// ring that was replaced is to go soon.
    private func dropUnused() {
        byID = byID.filter { _, indexed in
            let stream = indexed.stream
            let isRecent = stream.nowMs < indexed.askedAtMs + Limits.indexKeptMs
            return !indexed.isIdle || (isRecent && stream.ring.isCurrent)
        }
    }
}
