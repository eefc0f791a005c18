// One ring as this worker sees it, with the viewers this worker serves from it. A broadcast that
// comes back with other tracks gets a new ring, so it is a new LiveStream; the old one lives until
// its last viewer has gone.
//
// Owner: the worker's loop thread.

import LinuxIO
import Logging
import Media
import SegmentRing
import Settings
import StreamState
import Telemetry

package final class LiveStream {
    package let name: StreamName
    package let ring: Ring
    /// The ring's init, parsed.
    package let initialization: Initialization
    /// The MIME type of what viewers get, with its codecs.
    package let contentType: String
    private let environment: StreamsEnvironment
    private let viewers = WaitList()
    private let delivery: WakePace
    private var isDraining = false
    /// Since when another ring, or none, has the name.
    private var replacedAtMs: UInt64?
    private var resetIsScheduled = false
    private var joining = JoinWatch()
    private var keptFigures: (figures: RecentFigures, untilMs: UInt64)?
    /// What is told of it, and of what that was made.
    private var keptJSON: (facts: ChangingFacts, bytes: [UInt8])?
    private static let figuresKeptMs: UInt64 = 1_000
    private var publisherLines: [PublisherState: LogPause] = [:]
    private var picture = CurrentPicture()

    /// Told when the first viewer comes or the last one goes.
    var onWatchedChange: ((LiveStream) -> Void)?

    /// Errors: those of parsing the ring's init.
    init(name: StreamName, ring: Ring, environment: StreamsEnvironment) throws(MediaError) {
        self.name = name
        self.ring = ring
        initialization = try Initialization(
            parsing: ring.initialization, limits: environment.mediaLimits)
        contentType = initialization.mimeType
        self.environment = environment
        delivery = WakePace(loop: environment.loop) { [viewers] in viewers.wake() }
    }

    // MARK: What it carries

    package var tracks: [MediaTrack] { initialization.tracks }

    // MARK: State

    /// Where it began if the time since then is to be right: for "live for", as the wall clock shows
    /// it now. `createdWallClockMs` is what it showed then.
    package var startedAtMs: UInt64 {
        let nowMs = WallClock.nowMs()
        return nowMs - min(ring.ageMs, nowMs)
    }

    package var state: StreamState {
        let status = ring.status
        let nowMs = ring.bootNowMs
        // A ring that is being made right now has no ingest yet.
        let isMade = ring.createdBootMs <= nowMs + Limits.ringClockLeadMs
        let times = StreamTimes(
            lastIngestMs: max(status.lastIngestBootMs, isMade ? ring.createdBootMs : 0),
            pausedSinceMs: status.pausedSinceBootMs,
            endedAtMs: status.endedAtBootMs)
        return times.state(nowMs: nowMs, graceMs: environment.graceMs)
    }

    /// Sets times to now that have not come yet: the ring is damaged. A stream would be live, or
    /// paused, or on disk until then. Any worker may call it.
    func mendTimes() {
        let status = ring.status
        let nowMs = ring.bootNowMs
        let latestMs = nowMs + Limits.ringClockLeadMs
        if status.lastIngestBootMs > latestMs { status.lastIngestBootMs = nowMs }
        if status.pausedSinceBootMs > latestMs { status.pausedSinceBootMs = nowMs }
        if status.endedAtBootMs > latestMs { status.endedAtBootMs = nowMs }
    }

    /// Whether somebody who comes now gets media at once.
    package var isJoinable: Bool { state != .ended && ring.newestIndependent != nil }

    /// There was a place to begin, or media without one, and the ring has gone past it: the next one may
    /// come soon, or never.
    package var hasLostItsStart: Bool { ring.newestIndependent == nil && ring.oldestSequence > 0 }

    /// Tells whoever runs the server that nobody can join. To be called about once a second.
    func lookAtJoining() {
        // One worker tells it: the one that writes, or the first when just now nobody does.
        guard (ring.slots.writer ?? 0) == environment.slot, state == .live else {
            return joining.forget()
        }
        let isDue = joining.mustTell(
            isJoinable: isJoinable, hasLostItsStart: hasLostItsStart, nowMs: nowMs)
        guard isDue else { return }
        environment.logger.warning(
            "nobody can join the stream: it has no key frame within reach",
            metadata: [
                "stream": "\(name)", "ringBytes": "\(ring.geometry.dataBytes)",
                "todo": "let the encoder send a key frame every few seconds, or raise --ring-size",
            ])
    }

    /// What its publisher does.
    package var publisher: PublisherState { publisher(in: state) }

    private func publisher(in state: StreamState) -> PublisherState {
        let status = ring.status
        return PublisherState(
            state, hasBrokenOff: status.pausedSinceBootMs != 0, isWriting: ring.slots.writer != nil,
            hasSession: status.publisherKey.session != 0)
    }

    /// Logs that its publisher has fallen silent or is gone, which it can do as often as it likes.
    package func log(_ publisher: PublisherState) {
        let leftOut = publisherLines[publisher, default: LogPause(ms: Limits.logRepeatMs)]
            .leftOut(nowMs: environment.loop.nowMs)
        guard let leftOut else { return }
        environment.logger.notice(
            "publisher \(publisher.rawValue)",
            metadata: ["stream": "\(name)", "leftOut": "\(leftOut)"])
    }

    /// Why it has ended; nil when it has not. That its grace is over may not have been noted yet.
    package var endReason: EndReason? {
        guard state == .ended else { return nil }
        return EndReason(rawValue: ring.status.endReason)
            ?? EndReason(afterGraceOf: publisher(in: .paused))
    }

    /// Notes that the stream's grace is over, if it is.
    package func endIfOver() {
        guard ring.status.endedAtBootMs == 0, let reason = endReason else { return }
        end(reason)
    }

    /// Ends the stream for every worker. Idempotent; any worker may call it.
    package func end(_ reason: EndReason) {
        let status = ring.status
        if status.endedAtBootMs == 0 {
            status.noteEndReason(reason.rawValue)
            status.endedAtBootMs = ring.bootNowMs
            environment.logger.notice(
                "stream ended", metadata: ["stream": "\(name)", "reason": "\(reason.word)"])
        }
        // That wakes whoever watches it, writes it or waits for it, too.
        environment.changes.announce()
    }

    /// Whether a viewer who has got everything is to be let go.
    package var viewersMustEnd: Bool { isDraining || ring.status.endedAtBootMs != 0 }

    /// The figures that were looked at last; none as long as nobody has.
    package var figures: RecentFigures { keptFigures?.figures ?? .none }

    /// The size of its pictures now, if a key frame says another one than the init.
    var pictureSize: PictureSize? { picture.size }

    /// Looks at the figures again if they are older than a second.
    package func refreshFigures() {
        let nowMs = environment.loop.nowMs
        if let kept = keptFigures, nowMs < kept.untilMs { return }
        keptFigures = (RecentFigures(of: ring), nowMs + Self.figuresKeptMs)
        picture.refresh(from: ring, initialization)
    }

    /// What the API and the events say of it.
    package var json: [UInt8] {
        let facts = ChangingFacts(of: self, ringMs: environment.ringMs)
        if let kept = keptJSON, kept.facts == facts { return kept.bytes }
        let bytes = Array(StreamDescription.json(of: self, facts).text.utf8)
        keptJSON = (facts, bytes)
        return bytes
    }

    // MARK: Viewers

    package var nowMs: UInt64 { environment.loop.nowMs }

    var isWatched: Bool { !viewers.isEmpty }

    package func add(_ viewer: any Waiter) {
        viewers.add(viewer)
        // Interest first, then a look at the ring (the viewer's first `produce`), then sleep: a commit
        // in between rings the doorbell.
        if viewers.count == 1 {
            ring.slots.setInterested(true, slot: environment.slot)
            onWatchedChange?(self)
        }
        publishViewerCount(change: 1)
    }

    package func remove(_ viewer: any Waiter) {
        viewers.remove(viewer)
        if viewers.isEmpty {
            ring.slots.setInterested(false, slot: environment.slot)
            onWatchedChange?(self)
        }
        publishViewerCount(change: -1)
    }

    private func publishViewerCount(change: Int) {
        ring.status.setViewerCount(UInt32(viewers.count), slot: environment.slot)
        environment.viewers.change(by: change)
    }

    /// The doorbell has rung: wakes the viewers that wait, at most once per delivery interval.
    func deliver() {
        guard isWatched else { return }
        delivery.ring(intervalMs: DeliveryPace.intervalMs(viewers: viewers.count))
    }

    /// To be called about once a second: what viewers are owed although nothing comes.
    func lookAfterViewers() {
        viewers.lookAfter(nowMs: nowMs)
    }

    /// The worker is going: viewers get what there is, and then the end of their response.
    func endViewersOfThisWorker() {
        isDraining = true
        delivery.wakeNow()
    }

    /// Ends a stream whose ring has lost its name. Those who watch it get the rest; who has not taken
    /// it after a few seconds is reset, so that nobody keeps the ring on disk. To be called once a
    /// second.
    func endIfReplaced() {
        guard !ring.isCurrent else { return }
        guard let replacedAtMs else {
            replacedAtMs = environment.loop.nowMs
            if ring.status.endedAtBootMs == 0 { end(.stopped) }
            return
        }
        if environment.loop.nowMs >= replacedAtMs + Limits.replacedRingMs { resetViewers() }
    }

    /// Some now, the others in the next turns of the loop.
    private func resetViewers() {
        viewers.letGo(atMost: Limits.viewersResetPerTurn)
        guard isWatched, !resetIsScheduled else { return }
        resetIsScheduled = true
        environment.loop.schedule(afterMs: 1) { [weak self] in
            self?.resetIsScheduled = false
            self?.resetViewers()
        }
    }

    package func countJumps(_ count: Int) {
        environment.counters.add(.viewerJumpsTotal, UInt64(count))
    }

    package func countLapped() {
        environment.counters.add(.lappedTotal, 1)
    }
}
