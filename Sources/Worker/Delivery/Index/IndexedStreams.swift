// The indexes of a worker: one for each stream of which somebody has asked for a list or for media lately.
//
// Owner: the worker's loop thread.

import Settings
import Streams

package final class IndexedStreams {
    private var byID: [ObjectIdentifier: IndexedStream] = [:]
    private let memory: IndexMemory
    private var lookIsScheduled = false

    /// - Parameters:
    ///   - later: does something after so many milliseconds, on this thread.
    ///   - clockUs: the monotonic clock.
    package init(
        later: @escaping (UInt64, @escaping () -> Void) -> Void, clockUs: @escaping () -> UInt64
    ) {
        memory = IndexMemory(later: later, clockUs: clockUs)
        memory.onShortage = { [unowned self] in makeRoom(for: $0) }
    }

    /// The index of a stream, made when it is asked for.
    package func index(of stream: LiveStream) -> IndexedStream {
        let id = ObjectIdentifier(stream)
        if let indexed = byID[id] { return indexed }
        let indexed = IndexedStream(stream, memory: memory)
        byID[id] = indexed
        lookLater()
        return indexed
    }

    /// The index of a stream, if somebody has asked for it lately.
    func known(_ stream: LiveStream) -> IndexedStream? { byID[ObjectIdentifier(stream)] }

    var count: Int { byID.count }

    /// Forgets indexes that nobody waits for, those first that were not asked for the longest, until
    /// there is room for one that has grown. If all are in use, the largest one gives up what is oldest.
    private func makeRoom(for grown: IndexedStream) {
        var surplus = memory.samples - Limits.samplesPerWorker
        for indexed in byID.values.sorted(by: { $0.askedAtMs < $1.askedAtMs }) {
            guard surplus > 0 else { return }
            guard indexed.isIdle, indexed !== grown else { continue }
            surplus -= indexed.samples
            byID[ObjectIdentifier(indexed.stream)] = nil
        }
        guard surplus > 0 else { return }
        byID.values.max { $0.samples < $1.samples }?.shrink()
    }

    private func lookLater() {
        guard !lookIsScheduled, !byID.isEmpty else { return }
        lookIsScheduled = true
        memory.later(Limits.indexLookMs) { [weak self] in
            self?.lookIsScheduled = false
            self?.dropUnused()
            self?.countViewers()
            self?.lookLater()
        }
    }

    private func countViewers() {
        for indexed in byID.values {
            indexed.countViewers()
            indexed.forgetPasts()
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
        guard memory.samples < Limits.samplesPerWorker / 2 else { return }
        for indexed in byID.values { indexed.grow() }
    }
}
