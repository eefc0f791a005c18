// What the streams of one worker share. Made once at start.
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import Telemetry

package final class StreamsEnvironment {
    let loop: EventLoop
    let logger: Logger
    let counters: SlotCounters
    let changes: StreamChanges
    /// Viewers this worker serves, all streams together.
    let viewers: Gauge
    let dataDirectory: String
    let mediaLimits: MediaLimits
    /// How long a stream without media is kept.
    let graceMs: UInt64
    /// How much media a ring is to hold at least.
    let ringMs: UInt64

    package init(
        loop: EventLoop, logger: Logger, counters: SlotCounters, changes: StreamChanges,
        settings: Settings
    ) {
        self.loop = loop
        self.logger = logger
        self.counters = counters
        self.changes = changes
        viewers = Gauge(.viewers, in: counters)
        dataDirectory = settings.dataDirectory
        mediaLimits = MediaLimits(ringBytes: settings.ringBytes)
        graceMs = settings.graceMs
        ringMs = settings.ringMs
    }

    /// This worker's number, which its successor will have too.
    var slot: Int { counters.slot }
}

/// That a stream has started, paused, resumed, ended or gone, in whatever worker.
package struct StreamChanges {
    private let counters: SlotCounters
    private let doorbells: Doorbells

    package init(counters: SlotCounters, doorbells: Doorbells) {
        self.counters = counters
        self.doorbells = doorbells
    }

    /// Has whoever lists streams, in whatever worker, look at them now.
    package func announce() {
        counters.add(.streamChanges)
        doorbells.ringAll()
    }

    /// How many have been announced by all workers.
    package var count: UInt64 { counters.total(.streamChanges) }
}
