// How often those who wait for one ring are woken: at once if it was quiet, otherwise exactly one
// interval after the last time. Each ring has its own pace.
//
// Owner: the worker's loop thread.

import LinuxIO

package final class WakePace {
    private let loop: EventLoop
    private let wake: () -> Void
    private var lastWokenMs: UInt64 = 0
    private var isScheduled = false

    package init(loop: EventLoop, wake: @escaping () -> Void) {
        self.loop = loop
        self.wake = wake
    }

    /// Something has come: wakes them now, or when the interval is over.
    package func ring(intervalMs: UInt64) {
        guard !isScheduled else { return }
        let dueMs = lastWokenMs + intervalMs
        guard loop.nowMs < dueMs else { return wakeNow() }
        isScheduled = true
        loop.schedule(afterMs: dueMs - loop.nowMs, isUrgent: true) { [weak self] in
            self?.isScheduled = false
            self?.wakeNow()
        }
    }

    package func wakeNow() {
        lastWokenMs = loop.nowMs
        wake()
    }
}
