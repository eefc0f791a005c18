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
        isCurrent = index.advance(
            in: stream.ring, through: &memory.scratch, leftBytes: &leftBytes)
        memory.hasRead(mostBytes - leftBytes)
        countSamples()
        if !isCurrent { return memory.readOn(self) }
        if isOver { index.finish() }
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
        guard last != countedOrdinal else { return }
        countedOrdinal = last
        let change = index.sampleCount - samples
        samples += change
        memory.count(change, in: self)
    }

    /// Its worker has too many samples, and this index has the most: from the next segment on it keeps
    /// half of them.
    func shrink() { index.mostSamples = samples / 2 }

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
        return now.mustEnd ? .letGo : nil
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
