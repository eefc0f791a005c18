// Cleans up among the streams: ends those whose grace is over, removes ended ones after a while, and
// removes what belonged to replaced rings. Every worker does so, since each step is idempotent or
// guarded by the ring's writer lease.
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import SegmentRing
import Settings
import StreamState
import Telemetry

final class StreamSweep {
    private unowned let streams: LiveStreams
    private let environment: StreamsEnvironment

    init(_ streams: LiveStreams, environment: StreamsEnvironment) {
        self.streams = streams
        self.environment = environment
    }

    /// Sweeps at intervals from now on.
    func start() {
        environment.loop.schedule(afterMs: Limits.endNoticeMs) { [weak self] in
            guard let self else { return }
            self.sweep(Array(self.streams.namesToSweep)[...])
            for stream in self.streams.watched { stream.lookAfterViewers() }
            self.start()
        }
    }

    /// Ends and removes what is over, as much as one turn of the loop allows; the rest follows at once.
    private func sweep(_ rest: ArraySlice<StreamName>) {
        let slice = TurnSlice(us: Limits.sweepSliceUs)
        for (index, name) in zip(rest.indices, rest) {
            if slice.isOver, index > rest.startIndex {
                environment.loop.schedule(afterMs: 0) { [weak self] in self?.sweep(rest[index...]) }
                return
            }
            if let stream = streams.find(name) { sweep(stream) }
        }
        streams.letGoOfReplaced()
        for stream in streams.watchedAndReplaced { stream.endIfReplaced() }
        streams.removeUnusedRings()
    }

    private func sweep(_ stream: LiveStream) {
        if stream.ring.hasStoppedClock { startClock(of: stream) }
        stream.mendTimes()
        stream.lookAtJoining()
        stream.lookAtPace()
        guard stream.state == .ended else { return }
        if stream.ring.status.endedAtBootMs == 0 { return stream.endIfOver() }
        let isNoted = streams.noteEnd(stream.ring, stream.name)
        let endedAtMs = stream.ring.status.endedAtBootMs
        guard stream.ring.bootNowMs > endedAtMs + Limits.endedRetentionMs else { return }
        if !isNoted {
            environment.logger.report(
                .broadcastNotRecorded, "broadcast not recorded: the disk does not take it",
                metadata: ["stream": "\(stream.name)"])
        }
        remove(stream)
    }

    /// Starts the clock of a ring from an earlier boot that was put there after this worker had started.
    /// To take the lease is enough.
    private func startClock(of stream: LiveStream) {
        takeLease(of: stream)?.release()
    }

    private func remove(_ stream: LiveStream) {
        // The lease keeps a publisher from replacing the ring between the look and the removal.
        guard let lease = takeLease(of: stream) else { return }
        defer { lease.release() }
        streams.remove(stream)
        environment.changes.announce()
    }

    /// Nil: the lease is held elsewhere, or the ring is not intact and makes way.
    private func takeLease(of stream: LiveStream) -> RingWriter? {
        do {
            return try stream.ring.acquireWriter(slot: environment.slot)
        } catch {
            if case .invalid(let reason) = error {
                _ = try? streams.putAside(stream, reason: reason)
            }
            return nil
        }
    }
}
