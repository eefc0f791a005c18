// What every part of a worker needs and none of them owns: the loop, the settings, the doorbells, the
// counters and the log. Made once at start.

import LinuxIO
import Logging
import Media
import Settings
import Telemetry

final class WorkerEnvironment {
    let loop: EventLoop
    let settings: Settings
    let doorbells: Doorbells
    let counters: CounterPage
    let logger: Logger
    /// Viewers this worker serves, all streams together.
    private(set) var viewerCount = 0

    let mediaLimits = MediaLimits(
        initializationBytes: Limits.initializationBytes, blockBytes: Limits.blockBytes,
        elementBytes: Limits.elementBytes, elementDepth: Limits.elementDepth,
        tracks: Limits.tracks, clusterDurationMs: Limits.clusterDurationMs)

    init(
        loop: EventLoop, settings: Settings, doorbells: Doorbells, counters: CounterPage,
        logger: Logger
    ) {
        self.loop = loop
        self.settings = settings
        self.doorbells = doorbells
        self.counters = counters
        self.logger = logger
    }

    /// This worker's number, which its successor will have too.
    var slot: Int { doorbells.ownSlot }

    func viewerCountChanged(by change: Int) {
        viewerCount += change
        counters.set(.viewers, UInt64(viewerCount), slot: slot)
    }
}
