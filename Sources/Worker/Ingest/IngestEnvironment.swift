// What the parts of publishing share in one worker. Made once at the start.
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import Streams
import Telemetry

package final class IngestEnvironment {
    let loop: EventLoop
    let logger: Logger
    let counters: SlotCounters
    let doorbells: Doorbells
    let changes: StreamChanges
    /// Requests that publish here, all streams together.
    let publishers: Gauge
    let mediaLimits: MediaLimits
    let ringGeometry: RingGeometry
    /// The least amount of media that a ring is to hold.
    let ringMs: UInt64
    /// How long the holder of the lease may bring no media.
    let patienceMs: UInt64

    package init(
        loop: EventLoop, logger: Logger, counters: SlotCounters, doorbells: Doorbells,
        changes: StreamChanges, settings: Settings
    ) {
        self.loop = loop
        self.logger = logger
        self.counters = counters
        self.doorbells = doorbells
        self.changes = changes
        publishers = Gauge(.publishers, in: counters)
        mediaLimits = MediaLimits(ringBytes: settings.ringBytes)
        ringGeometry = RingGeometry(ringBytes: settings.ringBytes)
        ringMs = settings.ringMs
        patienceMs = settings.broadcastTimes.patienceMs
    }

    /// This worker's number. The worker that replaces it gets the same one.
    var slot: Int { counters.slot }
}
