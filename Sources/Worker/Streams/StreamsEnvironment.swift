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
    /// Requests that wait for media that is still to come.
    let heldRequests: Gauge
    let diskCare: DiskCare
    let wakeRounds = WakeRounds()
    let dataDirectory: String
    let mediaLimits: MediaLimits
    /// How long a stream without media is kept, in milliseconds.
    let graceMs: UInt64
    /// The least amount of media that a ring is to hold.
    let ringMs: UInt64
    /// Whether this is the first worker of a server that has just started, or replaces it before anyone
    /// was served. All other workers replace one that has served, or come second.
    let isServerStart: Bool
    /// Whether this worker logs what would be the same for all.
    let logsForAll: Bool

    package init(
        loop: EventLoop, logger: Logger, counters: SlotCounters, changes: StreamChanges,
        settings: Settings, isServerStart: Bool, logsForAll: Bool
    ) {
        self.loop = loop
        self.logger = logger
        self.counters = counters
        self.changes = changes
        viewers = Gauge(.viewers, in: counters)
        packagedViewers = Gauge(.packagedViewers, in: counters)
        heldRequests = Gauge(.requestsHeldNow, in: counters)
        diskCare = DiskCare(loop: loop, logger: logger)
        dataDirectory = settings.dataDirectory
        mediaLimits = MediaLimits(ringBytes: settings.ringBytes)
        graceMs = settings.graceMs
        ringMs = settings.ringMs
        self.isServerStart = isServerStart
        self.logsForAll = logsForAll
        loop.add(wakeRounds)
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
        counters.page.note(.ofStreams)
        doorbells.ringAll()
    }

    /// How many changes all workers have announced.
    package var count: UInt64 { counters.page.count(of: .ofStreams) }
}
