// The streams with viewers in this worker, current or replaced: those that a doorbell may concern. The
// bell does not say whose ring has grown, so all of them are looked at. The more there are, the longer
// that takes, and the longer the next look waits.
//
// Owner: the worker's loop thread.

import LinuxIO
import Settings

final class WatchedStreams {
    private let loop: EventLoop
    /// For so many streams there is a millisecond between two looks.
    private let lookedAtPerMs: UInt64
    private var byID: [ObjectIdentifier: LiveStream] = [:]
    /// When to look at the earliest, in milliseconds of the loop.
    private var dueMs: UInt64 = 0
    private var isScheduled = false

    init(loop: EventLoop, lookedAtPerMs: UInt64 = Limits.streamsLookedAtPerMs) {
        self.loop = loop
        self.lookedAtPerMs = lookedAtPerMs
    }

    var all: some Collection<LiveStream> { byID.values }

    /// The stream has got its first viewer or follower, or has lost its last one.
    func note(_ stream: LiveStream) {
        byID[ObjectIdentifier(stream)] = stream.isWatched ? stream : nil
    }

    /// A doorbell has rung: wakes those who wait for a ring that has grown, now or soon.
    func deliver() {
        guard !isScheduled else { return }
        guard loop.nowMs < dueMs else { return look() }
        isScheduled = true
        loop.schedule(afterMs: dueMs - loop.nowMs, isUrgent: true) { [weak self] in
            self?.isScheduled = false
            self?.look()
        }
    }

    private func look() {
        let pauseMs = UInt64(byID.count) / lookedAtPerMs
        dueMs = loop.nowMs + min(pauseMs, Limits.doorbellIntervalMs)
        for stream in all { stream.deliver() }
    }
}
