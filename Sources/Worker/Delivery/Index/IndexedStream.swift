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
    /// When somebody asked last, in milliseconds of the loop.
    private(set) var askedAtMs: UInt64
    package var place = 0
    /// What is served of it.
    private(set) lazy var packaged = PackagedStream(of: self)
    private let memory: IndexMemory
    private let waits = SegmentWaits()
    private var isFollowing = false
    /// The stream has ended, and its name belongs to another ring: its end is not that of the name.
    private var isReplaced = false
    private var turnIsScheduled = false

    init(_ stream: LiveStream, memory: IndexMemory) {
        self.stream = stream
        self.memory = memory
        index = SegmentIndex(tracks: stream.tracks)
        askedAtMs = stream.nowMs
        waits.onLeave = { [unowned self] in
            self.memory.waits -= 1
            if isIdle { follow(false) }
        }
    }

    /// Nobody waits for it.
    var isIdle: Bool { waits.isEmpty }

    // MARK: Reading

    /// Reads what is new, as much as one turn allows. Call before each answer.
    package func refresh() {
        askedAtMs = stream.nowMs
        read()
    }

    private func read() {
        guard !index.isFinished else { return }
        // Looked at first: what was written before the end is in the ring by then.
        let isOver = stream.state == .ended
        isCurrent = index.advance(
            in: stream.ring, through: &memory.scratch, mostBytes: Limits.indexedBytesPerTurn)
        if !isCurrent { return readOn() }
        if isOver { index.finish() }
    }

    /// Goes on in the next turn of the loop.
    private func readOn() {
        guard !turnIsScheduled else { return }
        turnIsScheduled = true
        memory.later(0) { [weak self] in
            self?.turnIsScheduled = false
            self?.wake()
        }
    }

    // MARK: Waiting

    /// Waits until a list of a track has this, or something later (`SegmentIndex.reaches`).
    ///
    /// - Parameters:
    ///   - point: nil: whatever there is, as soon as the index is current.
    ///   - untilMs: how long, in milliseconds of the loop.
    ///   - onEnd: called once, never before this returns, unless the wait is cancelled.
    /// - Returns: nil when too many wait in this worker.
    package func wait(
        for point: SegmentPoint?, of rendition: Int, untilMs: UInt64,
        onEnd: @escaping (WaitOutcome) -> Void
    ) -> SegmentWait? {
        guard memory.waits < Limits.segmentWaitsPerWorker else { return nil }
        memory.waits += 1
        let wait = waits.add(point, of: rendition, untilMs: untilMs, onEnd: onEnd)
        follow(true)
        // What has come before the doorbell knew that somebody waits is found in the next turn.
        readOn()
        return wait
    }

    private func follow(_ isOn: Bool) {
        guard isOn != isFollowing else { return }
        isFollowing = isOn
        if isOn { stream.follow(self) } else { stream.unfollow(self) }
    }

    private func outcome(of wait: SegmentWait, nowMs: UInt64) -> WaitOutcome? {
        if isReplaced { return .replaced }
        if isCurrent {
            guard let point = wait.point, !index.reaches(point, of: wait.rendition) else {
                return .reached
            }
        }
        if index.isFinished { return .ended }
        // What has ended is read to its end first.
        if stream.viewersMustEnd, stream.state != .ended { return .letGo }
        return nowMs >= wait.untilMs ? .timedOut : nil
    }

    // MARK: Waiter

    /// There is new media, or the stream has ended, or the worker is going.
    package func wake() {
        read()
        let nowMs = stream.nowMs
        isReplaced = index.isFinished && !stream.ring.isCurrent
        waits.end { outcome(of: $0, nowMs: nowMs) }
    }

    package func lookAfter(nowMs: UInt64) { wake() }

    package func letGo() { waits.end { _ in .replaced } }
}
