// What the streams of one worker share. Made once at the start.
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
    /// The same of those who watch by HLS or DASH.
    let packagedViewers: Gauge
    let dataDirectory: String
    let mediaLimits: MediaLimits
    /// How long a stream without media is kept, in milliseconds.
    let graceMs: UInt64
    /// The least amount of media that a ring is to hold.
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
        packagedViewers = Gauge(.packagedViewers, in: counters)
        dataDirectory = settings.dataDirectory
        mediaLimits = MediaLimits(ringBytes: settings.ringBytes)
        graceMs = settings.graceMs
        ringMs = settings.ringMs
    }

    /// This worker's number. The worker that replaces it gets the same one.
    var slot: Int { counters.slot }
}

/// Tells all workers that a stream in this one has started, paused, resumed, ended or gone.
package struct StreamChanges {
    private let counters: SlotCounters
    private let doorbells: Doorbells

    package init(counters: SlotCounters, doorbells: Doorbells) {
        self.counters = counters
        self.doorbells = doorbells
    }

    /// Makes those who list streams, in every worker, look at them now.
    package func announce() {
        counters.add(.streamChanges)
        doorbells.ringAll()
    }

    /// How many changes all workers have announced.
    package var count: UInt64 { counters.total(.streamChanges) }
}
