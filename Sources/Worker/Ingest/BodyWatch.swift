// Makes sure that a body makes progress (see BodyProgress): a timer runs out when it should have.
//
// Owner: the worker's loop thread.

import LinuxIO
import Settings

final class BodyWatch {
    private(set) var progress: BodyProgress
    private let loop: EventLoop
    private let onSilent: () -> Void
    private let onDead: () -> Void
    private var timer: TimerID?
    private var saidSilent = false

    /// - Parameters:
    ///   - onSilent: a body that brought media now brings none. Called once for each silence.
    ///   - onDead: the body makes no progress. Called once.
    init(
        _ stage: BodyProgress.Stage, loop: EventLoop, onSilent: @escaping () -> Void = {},
        onDead: @escaping () -> Void
    ) {
        progress = BodyProgress(stage, nowMs: loop.nowMs)
        self.loop = loop
        self.onSilent = onSilent
        self.onDead = onDead
    }

    deinit { stop() }

    /// From now on the body has to make progress.
    func start() { look() }

    func stop() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    func begin(_ stage: BodyProgress.Stage) {
        progress = BodyProgress(stage, nowMs: loop.nowMs)
    }

    /// Bytes came that have completed nothing yet.
    func received(_ count: Int) { progress.received(count, nowMs: loop.nowMs) }

    /// Something was completed.
    func moved() {
        excuse()
        saidSilent = false
    }

    /// The publisher was being held back.
    func excuse() { progress.moved(nowMs: loop.nowMs) }

    /// The timer is moved when it has run out and not with every byte.
    private func look() {
        guard timer == nil else { return }
        let nowMs = loop.nowMs
        let deadlineMs = progress.deadlineMs(nowMs: nowMs)
        guard nowMs < deadlineMs else { return onDead() }
        // A silent body that begins to dribble has less time than a silent one.
        var lookAtMs = min(deadlineMs, nowMs + Limits.publishStallMs)
        if case .media = progress.stage, !saidSilent {
            if nowMs >= progress.silentAtMs {
                saidSilent = true
                onSilent()
            } else {
                lookAtMs = min(lookAtMs, progress.silentAtMs)
            }
        }
        timer = loop.schedule(afterMs: lookAtMs - nowMs) { [weak self] in
            self?.timer = nil
            self?.look()
        }
    }
}
