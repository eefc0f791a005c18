// What every part of a worker needs and none of them owns: the loop, the settings, the doorbells, the
// counters and the log. Made once at start.

import HTTP
import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import Telemetry

final class WorkerEnvironment {
    let loop: EventLoop
    let settings: Settings
    let doorbells: Doorbells
    let counters: CounterPage
    let logger: Logger
    /// Viewers this worker serves, all streams together.
    private var viewerCount = 0
    /// Requests that publish here, all streams together.
    private var publisherCount = 0
    private var published: [Counter: UInt64] = [:]

    let mediaLimits: MediaLimits
    let ringGeometry: RingGeometry
    /// What the HTTP module counts; `publishCounters` brings it to the shared page.
    let httpCounters = HTTPCounters()

    init(
        loop: EventLoop, settings: Settings, doorbells: Doorbells, counters: CounterPage,
        logger: Logger
    ) {
        let broken = settings.broadcastTimes.brokenRelations
        precondition(broken.isEmpty, broken.joined(separator: "; "))
        self.loop = loop
        self.settings = settings
        self.doorbells = doorbells
        self.counters = counters
        self.logger = logger
        // A block and its cluster header have to fit into one fragment, a quarter of the ring.
        let blockBytes = min(Limits.blockBytes, settings.ringBytes / 8)
        mediaLimits = MediaLimits(
            initializationBytes: Limits.initializationBytes, blockBytes: blockBytes,
            elementBytes: Limits.elementBytes,
            tracks: Limits.tracks, soundClusterDurationMs: Limits.soundClusterDurationMs,
            lostBytes: Limits.lostMediaBytes, heldFrames: Limits.heldFrames,
            heldBytes: min(Limits.heldMediaBytes, settings.ringBytes / 8),
            orderWindowMs: Limits.orderWindowMs, orderMemoryMs: Limits.orderMemoryMs,
            pictureSilenceMs: Limits.pictureSilenceMs, firstFrameMs: Limits.firstFrameMs,
            jumpBackMs: Limits.jumpBackMs,
            jumpForwardMs: Limits.jumpForwardMs)
        ringGeometry = RingGeometry(
            dataBytes: settings.ringBytes, entries: Limits.ringEntries,
            initializationBytes: Limits.initializationBytes,
            carryBytes: WebMIngest.mostCarryBytes(mediaLimits),
            stateBytes: Limits.writerStateBytes)
    }

    /// This worker's number, which its successor will have too.
    var slot: Int { doorbells.ownSlot }

    /// A stream has started, paused, resumed, ended or gone: whoever lists streams, in whatever worker,
    /// looks at them now.
    func announceStreamChange() {
        counters.add(.streamChanges, slot: slot)
        doorbells.ringAll()
    }

    /// Brings what is counted in plain numbers to the page that all processes see.
    func publishCounters() {
        let http = httpCounters
        let open = http.connectionsOpened - http.connectionsClosed
        counters.set(.connectionsOpen, open, slot: slot)
        publish(http.connectionsOpened, as: .connectionsTotal)
        publish(http.connectionsRefused, as: .connectionsRefused)
        publish(http.handshakes, as: .handshakesTotal)
        publish(http.handshakesFailed, as: .handshakeFailures)
        publish(http.requests, as: .requestsTotal)
        publish(http.bytesSent, as: .bytesSent)
        publish(http.bytesReceived, as: .bytesReceived)
        publish(http.abuseCloses, as: .abuseCloses)
    }

    /// The page's totals outlive workers, so only what has been added since the last time counts.
    private func publish(_ total: UInt64, as counter: Counter) {
        counters.add(counter, total - published[counter, default: 0], slot: slot)
        published[counter] = total
    }

    func viewerCountChanged(by change: Int) {
        viewerCount += change
        counters.set(.viewers, UInt64(viewerCount), slot: slot)
    }

    func publisherCountChanged(by change: Int) {
        publisherCount += change
        counters.set(.publishers, UInt64(publisherCount), slot: slot)
    }
}
