// Reopens the flow-control window of a body that is being written: at once, or when its publisher is no
// longer too far ahead of the clock.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Settings

final class CreditGate {
    private let exchange: Exchange
    private let session: IngestSession
    private let watch: BodyWatch
    private let environment: IngestEnvironment
    private var withheldBytes = 0
    /// When this was begun to be held back; nil while it is not.
    private var heldBackSinceMs: UInt64?

    init(
        _ exchange: Exchange, _ session: IngestSession, _ watch: BodyWatch,
        _ environment: IngestEnvironment
    ) {
        self.exchange = exchange
        self.session = session
        self.watch = watch
        self.environment = environment
    }

    /// Returns credit for bytes that were used.
    func credit(_ bytes: Int) {
        guard bytes > 0 else { return }
        withheldBytes += bytes
        guard withheldBytes == bytes else { return }  // a timer is running already
        creditWhenDue()
    }

    /// Keeps back credit for bytes that were not used, for as long as the request writes.
    func withhold(_ bytes: Int) { withheldBytes += bytes }

    /// All bytes that were not credited; the caller takes them over.
    func takeWithheld() -> Int {
        defer { withheldBytes = 0 }
        return withheldBytes
    }

    /// More bytes come in meanwhile, so the delay is worked out anew after each wait. Never hold back a
    /// peer that has closed: we would not see it go.
    private func creditWhenDue() {
        let delayMs = session.holdBackMs()
        if delayMs == 0 || exchange.hasPeerEnded { return open() }
        if heldBackSinceMs == nil {
            heldBackSinceMs = environment.loop.nowMs
            environment.counters.add(.publishersHeldBack)
        }
        session.excuseSilence()
        watch.excuse()
        let waitMs = min(delayMs, Limits.heldBackNoteMs)
        environment.loop.schedule(afterMs: waitMs) { [weak self] in
            guard let self, self.withheldBytes > 0 else { return }
            self.session.noteHeldBack(ms: waitMs)
            self.creditWhenDue()
        }
    }

    private func open() {
        if let heldBackSinceMs {
            environment.counters.observe(
                .heldBack, us: (environment.loop.nowMs - heldBackSinceMs) * 1_000)
        }
        heldBackSinceMs = nil
        exchange.credit(takeWithheld())
    }
}
