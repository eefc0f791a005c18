// Tells the workers whose viewers wait that a ring has grown: at once if it was quiet, otherwise at most
// every `Limits.doorbellIntervalMs`, so that a stream of small writes does not become a storm of
// wake-ups. A doorbell does not say which ring it is, so the worker that hears it looks at all that it
// watches. The viewers of this worker are woken without one.
//
// Owner: the worker's loop thread, for as long as the ring's writer lease is held.

import LinuxIO
import SegmentRing
import Settings
import StreamState

package final class RingNotifier {
    private let stream: LiveStream
    private let loop: EventLoop
    private let doorbells: Doorbells
    private let changes: StreamChanges
    private var lastRungMs: UInt64 = 0
    private var isScheduled = false

    /// - Parameter stream: as viewers of this worker know it.
    package init(
        _ stream: LiveStream, loop: EventLoop, doorbells: Doorbells, changes: StreamChanges
    ) {
        self.stream = stream
        self.loop = loop
        self.doorbells = doorbells
        self.changes = changes
    }

    /// Media was committed at `nowMs` (of the ring's clock).
    package func committed(nowMs: UInt64) {
        loop.assertOwner()
        noteLife(nowMs)
        guard !isScheduled else { return }
        isScheduled = true
        let dueMs = lastRungMs + Limits.doorbellIntervalMs
        let loopMs = loop.nowMs
        if loopMs >= dueMs {
            // At the end of the turn, so that everything read in this turn is announced at once.
            loop.atEndOfTurn { [weak self] in self?.flush() }
        } else {
            loop.schedule(afterMs: dueMs - loopMs, isUrgent: true) { [weak self] in
                self?.flush()
            }
        }
    }

    /// Ends a pause, whether the stream broke off or was only silent.
    private func noteLife(_ nowMs: UInt64) {
        let status = stream.ring.status
        let wasSilent = nowMs > status.lastIngestBootMs + Limits.publisherSilenceMs
        status.lastIngestBootMs = nowMs
        guard wasSilent || status.pausedSinceBootMs != 0 else { return }
        status.pausedSinceBootMs = 0
        changes.announce()
    }

    /// Announces at once what has not been announced yet.
    package func flush() {
        if isScheduled { announce() }
    }

    /// Has those who wait look at the ring: it may have grown, or lost its writer.
    package func announce() {
        isScheduled = false
        lastRungMs = loop.nowMs
        let others = stream.ring.slots.interested & ~(1 << UInt64(doorbells.ownSlot))
        stream.deliver()
        doorbells.ring(mask: others, for: .media)
    }
}
