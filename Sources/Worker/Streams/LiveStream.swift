// One ring as this worker sees it, with the viewers this worker serves from it, and the followers, who
// want to hear of new media but are no viewers. A broadcast that comes back with other tracks gets a new
// ring, and so a new LiveStream. The old one lives until its last viewer has gone.
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
    /// For readers that are no viewers and may be slow.
    package let hold: RingHold
    /// The ring's init, parsed.
    package let initialization: Initialization
    /// The MIME type of what viewers get, with its codecs.
    package let contentType: String
    /// Why HLS and DASH cannot carry it; nil when they can.
    let packagingFault: MP4TrackError?
    let environment: StreamsEnvironment
    private let viewers = WaitList()
    private let followers = WaitList()
    private let delivery: WakePace
    /// What those who wait have been woken for.
    private var delivered: RingNews?
    private var packagedViewers = 0
    private var isDraining = false
    /// Since when the name has belonged to another ring, or to none.
    private var replacedAtMs: UInt64?
    private var resetIsScheduled = false
    private var joining = JoinWatch()
    private var heldBack = HeldBackWatch()
    private var keptFigures: (figures: RecentFigures, untilMs: UInt64)?
    /// The JSON description, and the facts it was made from.
    private var keptJSON: (facts: ChangingFacts, bytes: [UInt8])?
    private static let figuresKeptMs: UInt64 = 1_000
    private var publisherLines: [PublisherState: LogPause] = [:]
    private var picture = CurrentPicture()
    var studioStill: StudioStill
    /// What `/NAME/still` gives, as of the last look; nil: there is none.
    package private(set) var stillForm: Still.Form?
    var aboutFile: AboutFile

    /// Called with what readers hold of a ring that this one has replaced, when it is opened.
    var onPastOpened: ((RingHold) -> Void)?
    /// Called when the first viewer or follower comes, or the last one goes.
    var onWatchedChange: ((LiveStream) -> Void)?

    /// Errors: those of parsing the ring's init.
    init(name: StreamName, ring: Ring, environment: StreamsEnvironment) throws(MediaError) {
        self.name = name
        self.ring = ring
        hold = RingHold(ring)
        initialization = try Initialization(
            parsing: ring.initialization, limits: environment.mediaLimits)
        contentType = initialization.mimeType
        packagingFault = MP4TrackError.inTheWay(of: initialization.tracks)
        studioStill = StudioStill(
            of: name, dataDirectory: environment.dataDirectory, slot: environment.slot)
        self.environment = environment
        aboutFile = AboutFile(folder: "\(environment.dataDirectory)/live/\(name)")
        delivery = WakePace(loop: environment.loop) { [viewers, rounds = environment.wakeRounds] in
            rounds.wake(viewers)
        }
    }

    // MARK: What it carries

    /// A ring that this one has replaced; nil when it is gone.
    func openPastRing(_ epoch: UInt64) -> Ring? {
        let replaced = ReplacedRings(dataDirectory: environment.dataDirectory)
        return try? Ring.open(path: replaced.path(ofEpoch: epoch, name))
    }

    func parse(initializationOf ring: Ring) -> Initialization? {
        try? Initialization(parsing: ring.initialization, limits: environment.mediaLimits)
    }

    package var tracks: [MediaTrack] { initialization.tracks }

    /// The size of its ring.
    package var ringBytes: Int { ring.geometry.dataBytes }

    /// How long ago its newest media came; nil if there has been none.
    package var silenceMs: UInt64? {
        ring.newestEntry.map { ring.bootNowMs.since($0.bootMs) }
    }

    // MARK: State

    /// When it began, on the wall clock of now, so that the time since then is right ("live for").
    /// `createdWallClockMs` is what the wall clock showed then.
    package var startedAtMs: UInt64 {
        let nowMs = WallClock.nowMs()
        return nowMs - min(ring.ageMs, nowMs)
    }

    package var state: StreamState {
        let status = ring.status
        let nowMs = ring.bootNowMs
        // A ring that is still being made has no ingest yet.
        let isMade = ring.createdBootMs <= nowMs + Limits.ringClockLeadMs
        let times = StreamTimes(
            lastIngestMs: max(status.lastIngestBootMs, isMade ? ring.createdBootMs : 0),
            pausedSinceMs: status.pausedSinceBootMs,
            endedAtMs: status.endedAtBootMs)
        return times.state(nowMs: nowMs, graceMs: environment.graceMs)
    }

    /// Sets times that lie in the future to now: the ring is damaged. Until then, the stream would be
    /// live, or paused, or on disk. Any worker may call it.
    func mendTimes() {
        let status = ring.status
        let nowMs = ring.bootNowMs
        let latestMs = nowMs + Limits.ringClockLeadMs
        if status.lastIngestBootMs > latestMs { status.lastIngestBootMs = nowMs }
        if status.pausedSinceBootMs > latestMs { status.pausedSinceBootMs = nowMs }
        if status.endedAtBootMs > latestMs { status.endedAtBootMs = nowMs }
    }

    /// Whether a viewer who comes now gets media at once.
    package var isJoinable: Bool { state != .ended && ring.newestIndependent != nil }

    /// The ring has gone past its last place to begin, or past media without one. The next one may come
    /// soon, or never.
    package var hasLostItsStart: Bool { ring.newestIndependent == nil && ring.oldestSequence > 0 }

    /// Logs, for the operator, that no viewer can join. Call about once a second.
    func lookAtJoining() {
        // One worker logs it: the one that writes or, when none does just now, the first.
        guard (ring.slots.writer ?? 0) == environment.slot, state == .live else {
            return joining.forget()
        }
        let isDue = joining.mustTell(
            isJoinable: isJoinable, hasLostItsStart: hasLostItsStart, nowMs: nowMs)
        guard isDue else { return }
        environment.logger.report(
            .streamUnjoinable, "nobody can join the stream: it has no key frame within reach",
            metadata: [
                "stream": "\(name)", "ringBytes": "\(ring.geometry.dataBytes)",
                "todo": "let the encoder send a key frame every few seconds, or raise --ring-size",
            ])
    }

    /// Takes note of whether the publisher is held back. Call about once a second.
    func lookAtPace() { heldBack.look(heldBackMs: ring.status.heldBackMs, nowMs: nowMs) }

    /// Whether the publisher was held back in the last seconds, because it was ahead of the clock.
    package var isHeldBack: Bool { heldBack.isHeldBack(nowMs: nowMs) }

    /// How much later than it could the newest media has come, in milliseconds; 0 unless it is live.
    package var lagMs: UInt64 {
        guard state == .live, let leastMs = figures.leastDelayMs else { return 0 }
        let delayMs = Int64(clamping: ring.bootNowMs) - ring.timelineEndMs
        return UInt64(clamping: delayMs - leastMs)
    }

    /// What the stream's publisher is doing.
    package var publisher: PublisherState { publisher(in: state) }

    private func publisher(in state: StreamState) -> PublisherState {
        let status = ring.status
        return PublisherState(
            state, hasBrokenOff: status.pausedSinceBootMs != 0, isWriting: ring.slots.writer != nil,
            hasSession: status.publisherKey.session != 0)
    }

    /// Logs that the publisher has fallen silent or has gone. Limited, because that can happen very
    /// often.
    package func log(_ publisher: PublisherState) {
        let leftOut = publisherLines[publisher, default: LogPause(ms: Limits.logRepeatMs)]
            .leftOut(nowMs: environment.loop.nowMs)
        guard let leftOut else { return }
        environment.logger.report(
            .publisherChanged, "publisher \(publisher.rawValue)",
            metadata: ["stream": "\(name)", "leftOut": "\(leftOut)"])
    }

    /// Why it has ended; nil when it has not. The end of its grace may not have been noted yet.
    package var endReason: EndReason? {
        guard state == .ended else { return nil }
        return EndReason(rawValue: ring.status.endReason)
            ?? EndReason(afterGraceOf: publisher(in: .paused))
    }

    /// Ends the stream if its grace is over.
    package func endIfOver() {
        guard ring.status.endedAtBootMs == 0, let reason = endReason else { return }
        end(reason)
    }

    /// Ends the broadcast because an operator wants it.
    /// - Parameters:
    ///   - operatorAt: whence the order comes, for the log.
    ///   - request: the name of the request that brings it.
    package func kick(by operatorAt: PeerAddress, request: String) {
        environment.logger.report(
            .operatorActs, "an operator ends a broadcast",
            metadata: [
                "for": "kick", "stream": "\(name)", "by": "\(operatorAt)",
                "request": "\(request)",
            ])
        end(.stopped)
    }

    /// Ends the stream for every worker. Idempotent; any worker may call it.
    package func end(_ reason: EndReason) {
        environment.loop.assertOwner()
        let status = ring.status
        if status.endedAtBootMs == 0 {
            status.noteEndReason(reason.rawValue)
            status.endedAtBootMs = ring.bootNowMs
            environment.logger.report(
                .streamEnded, "stream ended",
                metadata: ["stream": "\(name)", "reason": "\(reason.word)"])
        }
        // This also wakes those who watch it, write it or wait for it.
        environment.changes.announce()
    }

    /// Whether to let go of a viewer who has been sent everything.
    package var viewersMustEnd: Bool { isDraining || ring.status.endedAtBootMs != 0 }

    /// The figures of the last look; `.none` before the first.
    package var figures: RecentFigures { keptFigures?.figures ?? .none }

    /// The present size of its pictures, if a key frame says another one than the init.
    var pictureSize: PictureSize? { picture.size }

    /// Looks at the figures again if they are older than a second.
    package func refreshFigures() {
        let nowMs = environment.loop.nowMs
        if let kept = keptFigures, nowMs < kept.untilMs { return }
        keptFigures = (RecentFigures(of: ring), nowMs + Self.figuresKeptMs)
        picture.refresh(from: ring, initialization)
        stillForm = stillChoice.form
    }

    /// What the API and the events say about the stream.
    package var json: [UInt8] {
        let facts = ChangingFacts(of: self, ringMs: environment.ringMs)
        if let kept = keptJSON, kept.facts == facts { return kept.bytes }
        let bytes = Array(StreamDescription.json(of: self, facts).text.utf8)
        keptJSON = (facts, bytes)
        return bytes
    }

    // MARK: Viewers

    package var nowMs: UInt64 { environment.loop.nowMs }

    /// The number of the loop's turn; nil while it does not run.
    package var turnNumber: UInt64? { environment.loop.turnNumber }

    var isWatched: Bool { !viewers.isEmpty || !followers.isEmpty }

    package func add(_ viewer: any Waiter) {
        join(viewer, viewers)
        publishViewerCount(change: 1)
    }

    package func remove(_ viewer: any Waiter) {
        leave(viewer, viewers)
        publishViewerCount(change: -1)
    }

    /// Wakes somebody who is no viewer whenever there is new media, until `unfollow`. It looks at the
    /// ring once more before it waits, like a viewer.
    package func follow(_ follower: any Waiter) { join(follower, followers) }

    package func unfollow(_ follower: any Waiter) { leave(follower, followers) }

    /// First join the list, then look at the ring (a viewer's first `produce`), then sleep: a commit in
    /// between rings the doorbell.
    private func join(_ waiter: any Waiter, _ list: WaitList) {
        environment.loop.assertOwner()
        let wasWatched = isWatched
        list.add(waiter)
        guard !wasWatched else { return }
        ring.slots.setInterested(true, slot: environment.slot)
        onWatchedChange?(self)
    }

    private func leave(_ waiter: any Waiter, _ list: WaitList) {
        environment.loop.assertOwner()
        list.remove(waiter)
        guard !isWatched else { return }
        ring.slots.setInterested(false, slot: environment.slot)
        onWatchedChange?(self)
    }

    /// How many watch by HLS or DASH from this worker, about.
    package var packagedViewerCount: Int {
        get { packagedViewers }
        set {
            guard newValue != packagedViewers else { return }
            environment.packagedViewers.change(by: newValue - packagedViewers)
            packagedViewers = newValue
            ring.status.setPackagedViewerCount(
                UInt32(clamping: newValue), slot: environment.slot)
        }
    }

    private func publishViewerCount(change: Int) {
        ring.status.setViewerCount(UInt32(viewers.count), slot: environment.slot)
        environment.viewers.change(by: change)
    }

    /// Something may have come: if so, wakes the followers, and the viewers that wait at most once per
    /// delivery interval. Whoever does not wait now looks at the ring once more before waiting.
    package func deliver() {
        guard isWatched else { return }
        let news = RingNews(ring)
        guard news != delivered else { return }
        delivered = news
        followers.wake()
        guard !viewers.isEmpty else { return }
        delivery.ring(
            intervalMs: DeliveryPace.intervalMs(
                viewers: viewers.count, of: environment.viewers.count))
    }

    /// Sends viewers what they are owed although no media comes. Call about once a second.
    func lookAfterViewers() {
        viewers.lookAfter(nowMs: nowMs)
        followers.lookAfter(nowMs: nowMs)
    }

    /// The worker is going: viewers get the data there is, and then the end of their response.
    func endViewersOfThisWorker() {
        isDraining = true
        delivery.wakeNow()
        followers.wake()
    }

    /// Ends a stream whose ring has lost its name. Its viewers get the rest. A viewer who has not taken
    /// it after a few seconds is reset, so that no viewer keeps the ring on disk. Call once a second.
    func endIfReplaced() {
        guard !ring.isCurrent else { return }
        guard let replacedAtMs else {
            replacedAtMs = environment.loop.nowMs
            if ring.status.endedAtBootMs == 0 { end(.stopped) }
            return
        }
        if environment.loop.nowMs >= replacedAtMs + Limits.replacedRingMs { resetViewers() }
    }

    /// Resets some now, the others in the next turns of the loop.
    private func resetViewers() {
        viewers.letGo(atMost: Limits.viewersResetPerTurn)
        followers.letGo(atMost: Limits.viewersResetPerTurn)
        guard isWatched, !resetIsScheduled else { return }
        resetIsScheduled = true
        environment.loop.schedule(afterMs: 1) { [weak self] in
            self?.resetIsScheduled = false
            self?.resetViewers()
        }
    }

    package func countJumps(_ count: Int) {
        environment.counters.add(.viewerJumps, UInt64(count))
    }

    package func countLapped() {
        environment.counters.add(.viewersLapped, 1)
    }

    /// How far behind a viewer is now.
    package func countLag(ms: UInt64) {
        environment.counters.observe(.viewerLag, us: ms * 1_000)
    }

    /// A request has to wait for what it asks for.
    package func countHeld() {
        environment.counters.add(.requestsHeld)
        environment.heldRequests.change(by: 1)
    }

    /// A request that had to wait waits no longer.
    package func countReleased() {
        environment.heldRequests.change(by: -1)
    }
}
