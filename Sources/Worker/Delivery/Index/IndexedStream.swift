// A stream with its index: reads the ring when somebody asks, and for as long as somebody waits for what
// has not come yet. Who waits is woken by the worker's doorbell; nothing polls.
//
// A first look at a large ring takes many turns of the loop. Until it has caught up, everybody waits.
//
// Owner: the worker's loop thread.

import Media
import SegmentRing
import Settings
import StreamState
import Streams

package final class IndexedStream: Waiter {
    package let stream: LiveStream
    package private(set) var index: SegmentIndex
    /// Everything was read that there was at the last look. Until then, lists would be too short.
    package private(set) var isCurrent = false
    /// What the index was like when it was last read.
    private(set) var state: IndexState
    /// In which turn of the loop that was.
    private var readInTurn: UInt64?
    /// When somebody asked last, in milliseconds of the loop.
    private(set) var askedAtMs: UInt64
    package var place = 0
    /// It is woken in the next turn of the loop; the memory keeps this.
    var isInLine = false
    /// Rings that the stream has had before, the newest first.
    private(set) var pasts: [PastIndex]
    /// What its lists begin with.
    private(set) var pastViews: [IndexView] = []
    private var chained: Chained?
    /// What is served of it.
    private(set) lazy var packaged = PackagedStream(of: self, clockUs: memory.clockUs)
    private let memory: IndexMemory
    private let waits = SegmentWaits()
    private var isFollowing = false
    private var audience = Audience()
    /// What those who wait were last looked at for; nil when somebody has come since.
    private var seen: Seen?
    /// The samples of the index, and its last segment when they were counted.
    private(set) var samples = 0
    private var countedOrdinal: UInt64?

    /// As long as this is the same, so is what the lists begin with.
    private struct Chained: Equatable {
        let count: Int
        let first: UInt64?
        let last: UInt64?
        let isFinished: Bool
    }

    /// As long as this is the same, nobody has reached anything.
    private struct Seen: Equatable {
        let changes: UInt64
        let revisions: UInt64
        let last: UInt64
        let isCurrent: Bool
        let isFinished: Bool
        /// The stream has ended, and its name belongs to another ring: its end is not that of the name.
        let isReplaced: Bool
        let mustEnd: Bool
    }

    init(_ stream: LiveStream, memory: IndexMemory) {
        self.stream = stream
        self.memory = memory
        index = SegmentIndex(tracks: stream.tracks)
        state = IndexState(of: index)
        pasts = stream.openPastRings().map(PastIndex.init)
        askedAtMs = stream.nowMs
        waits.onLeave = { [unowned self] in
            if isIdle { follow(false) }
        }
    }

    deinit {
        memory.forget(samples)
        stream.packagedViewerCount = 0
    }

    /// Nobody waits for it.
    var isIdle: Bool { waits.isEmpty }

    // MARK: Who asks

    /// Somebody asks for something of it.
    func note(_ viewer: Int) {
        audience.note(viewer, nowMs: stream.nowMs, spanMs: spanMs)
    }

    /// Publishes how many have asked lately. Call about once a second.
    func countViewers() {
        stream.packagedViewerCount = audience.count(nowMs: stream.nowMs, spanMs: spanMs)
        packaged.ready.dropOld(nowMs: stream.nowMs)
    }

    private var spanMs: UInt64 {
        index.plan.map { UInt64($0.targetDurationMs) } ?? Limits.firstListAwaitedMs / 3
    }

    // MARK: Reading

    /// Reads what is new, as much as this turn allows. Call before each answer. What comes in a turn in
    /// which it was read is read in the next one: a connection asks for many things in one turn.
    package func refresh() {
        askedAtMs = stream.nowMs
        if isCurrent, let readInTurn, readInTurn == stream.turnNumber { return }
        read()
    }

    private func read() {
        readInTurn = stream.turnNumber
        guard !index.isFinished else { return }
        defer { state = IndexState(of: index) }
        // Looked at first: what was written before the end is in the ring by then.
        let isOver = isWritten
        let mostBytes = memory.allowedBytes(wasCurrent: isCurrent, turn: stream.turnNumber)
        var leftBytes = mostBytes
        for past in pasts { past.read(through: &memory.scratch, leftBytes: &leftBytes) }
        isCurrent =
            pasts.allSatisfy(\.isRead)
            && index.advance(in: stream.ring, through: &memory.scratch, leftBytes: &leftBytes)
        memory.hasRead(mostBytes - leftBytes)
        countSamples()
        if !isCurrent { return memory.readOn(self) }
        if isOver {
            if index.beginUnplanned(in: stream.ring) {
                isCurrent = false
                return memory.readOn(self)
            }
            index.finish()
        }
        if !pasts.isEmpty { chain() }
    }

    // MARK: Former rings

    /// Nil when media of that ring cannot be asked for any more.
    func past(epoch: UInt64) -> PastIndex? { pasts.first { $0.epoch == epoch } }

    /// The newest former ring with a track of that name, with what stands before it: nothing is added to that
    /// list any more. Nil when there is none, or when the track's list goes on.
    func endedView(of name: RenditionName) -> IndexView? {
        guard let place = pasts.firstIndex(where: { $0.tracks.track(name) != nil }) else {
            return nil
        }
        let past = pasts[place]
        let older = pasts[(place + 1)...].map { Epoch($0) }
        guard past.opened.past.goesOn else { return nil }
        return IndexView(
            past.index, epoch: past.epoch, tracks: past.tracks,
            pasts: EpochChain.views(
                of: older, before: past.index,
                firstOrdinal: past.opened.ring.baseOrdinals.segment,
                geometry: past.opened.ring.geometry))
    }

    private func chain() {
        let now = Chained(
            count: pasts.count, first: index.segments.first?.ordinal,
            last: index.segments.last?.ordinal, isFinished: index.isFinished)
        guard now != chained else { return }
        chained = now
        pastViews = EpochChain.views(
            of: pasts.map { Epoch($0) }, before: index,
            firstOrdinal: stream.ring.baseOrdinals.segment, geometry: stream.ring.geometry)
    }

    /// Forgets former rings whose media nobody can ask for any more. Call about once a second.
    func forgetPasts() {
        guard !pasts.isEmpty else { return }
        pasts.removeAll { !stream.needsPastRing(epoch: $0.epoch) }
        if isCurrent { chain() }
        if pasts.isEmpty { pastViews = [] }
    }

    /// The stream has ended, and nobody writes any more: somebody who ends it elsewhere does not wait for
    /// the writer. Of one that has died, the lease may stay for a while.
    private var isWritten: Bool {
        guard stream.state == .ended else { return false }
        let endedAtMs = stream.ring.status.endedAtBootMs
        return stream.ring.slots.writer == nil
            || stream.ring.bootNowMs >= endedAtMs + Limits.lastMediaMs
    }

    private func countSamples() {
        let last = index.segments.last?.ordinal
        guard last != countedOrdinal || !isCurrent else { return }
        countedOrdinal = last
        let change = pasts.reduce(index.sampleCount) { $0 + $1.index.sampleCount } - samples
        samples += change
        memory.count(change, in: self)
    }

    /// Its worker has too many samples, and this index has the most: from the next segment on it keeps
    /// half of them.
    func shrink() {
        let own = index.sampleCount
        index.mostSamples = own / 2
        guard own < samples - own else { return }
        // Former rings have most of them.
        pasts = []
        pastViews = []
        chained = nil
        countedOrdinal = nil
    }

    /// There is room again.
    func grow() { index.mostSamples = Limits.samplesPerIndex }

    // MARK: Waiting

    /// Waits until a list of a track has this, or something later (`SegmentIndex.reaches`).
    ///
    /// - Parameters:
    ///   - point: nil: whatever there is, as soon as the index is current.
    ///   - untilMs: how long, in milliseconds of the loop.
    ///   - onEnd: called once, never before this returns, unless the wait is cancelled.
    package func wait(
        for point: SegmentPoint?, of rendition: Int, untilMs: UInt64,
        onEnd: @escaping (WaitOutcome) -> Void
    ) -> SegmentWait {
        let target = WaitTarget(point: point, rendition: rendition)
        let wait = waits.add(for: target, untilMs: untilMs, onEnd: onEnd)
        seen = nil
        follow(true)
        // What has come before the doorbell knew that somebody waits is found in the next turn.
        memory.readOn(self)
        return wait
    }

    private func follow(_ isOn: Bool) {
        guard isOn != isFollowing else { return }
        isFollowing = isOn
        if isOn { stream.follow(self) } else { stream.unfollow(self) }
    }

    private func look(nowMs: UInt64) {
        let now = Seen(
            changes: stream.tracks.indices.reduce(0) { $0 &+ index.version(of: $1) },
            revisions: index.revisions, last: index.segments.last?.ordinal ?? 0,
            isCurrent: isCurrent, isFinished: index.isFinished,
            isReplaced: index.isFinished && !stream.ring.isCurrent,
            // What has ended is read to its end first.
            mustEnd: stream.viewersMustEnd && stream.state != .ended)
        if now != seen {
            seen = now
            memory.answers.tell(waits.settle { outcome(of: $0, now) }, nowMs: nowMs)
        }
        memory.answers.tell(waits.settleLate(nowMs: nowMs), nowMs: nowMs)
    }

    private func outcome(of target: WaitTarget, _ now: Seen) -> WaitOutcome? {
        if now.isReplaced { return .replaced }
        if isCurrent {
            guard let point = target.point, !index.reaches(point, of: target.rendition) else {
                return .reached
            }
        }
        if now.isFinished { return .ended }
        return now.mustEnd && target.point?.isBegun != true ? .letGo : nil
    }

    // MARK: Waiter

    /// There is new media, or the stream has ended, or the worker is going.
    package func wake() {
        read()
        look(nowMs: stream.nowMs)
    }

    package func lookAfter(nowMs: UInt64) { wake() }

    package func letGo() {
        memory.answers.tell(waits.settle { _ in .replaced }, nowMs: stream.nowMs)
    }
}
