// How one stream's queue waits for the writer lease when no request here has it: it asks to be rung for,
// tells from a glance whether a ring was for it, and otherwise tries again now and then. All of that is
// bounded, for the stream and for the worker.
//
// Owner: the worker's loop thread.

import LinuxIO
import SegmentRing
import Settings

final class LeaseWait {
    private let room: WaitingRoom
    private let environment: IngestEnvironment
    private var pace: LeasePace
    private var isOutOfTries = false
    /// The ring on which this worker has said that it waits,
    private(set) var ring: Ring?
    /// and what was seen of it when the lease was last asked for.
    private var glance: RingGlance?
    private var isCounted = false

    init(room: WaitingRoom, environment: IngestEnvironment) {
        self.room = room
        self.environment = environment
        pace = LeasePace(atMs: environment.loop.nowMs)
    }

    /// Whether the lease of that ring may be asked for now.
    func mayTry(_ ring: Ring) -> Bool {
        isOutOfTries = !pace.take(nowMs: environment.loop.nowMs)
        if !isOutOfTries { glance = RingGlance(ring) }
        return !isOutOfTries
    }

    /// Requests wait for another worker or for a chunk that is missing; `ring` is nil when the stream
    /// has none yet.
    func begin(on ring: Ring?) {
        announce(ring)
        guard !isCounted else { return }
        isCounted = true
        room.streams += 1
    }

    /// None does.
    func end() {
        announce(nil)
        guard isCounted else { return }
        isCounted = false
        room.streams -= 1
    }

    private func announce(_ next: Ring?) {
        guard ring !== next else { return }
        ring?.slots.setWaiting(false, slot: environment.slot)
        next?.slots.setWaiting(true, slot: environment.slot)
        ring = next
    }

    /// Whether a doorbell may have rung for those who wait.
    var mayHaveChanged: Bool {
        guard let ring else { return true }
        return RingGlance(ring) != glance
    }

    /// When to try again if nothing is heard; soon, if the last try was only one too many.
    func retryMs() -> UInt64 {
        guard isOutOfTries else { return room.retryMs }
        isOutOfTries = false
        return max(1, pace.nextAfterMs(nowMs: environment.loop.nowMs))
    }

    /// How long the pace has to be remembered: otherwise whoever sends one request after the other would
    /// have a fresh one each time.
    var rememberedMs: UInt64 { pace.fullAfterMs(nowMs: environment.loop.nowMs) }
}
