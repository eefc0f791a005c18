// What happens to a publish request between its bytes: it is held back while it is ahead of the clock,
// has losses noted, and is told why it has to stop although its body goes on. Owner: the worker's loop
// thread.

import Logging
import Settings
import StreamState

extension IngestSession {
    /// How long the publisher is to be held back: it may be ahead of the clock by half of what the
    /// ring holds, in time and in bytes.
    func holdBackMs() -> UInt64 {
        guard let writer else { return 0 }
        let ringMs = environment.ringMs
        let allowedMs = min(ringMs, writer.ring.capacityMs ?? ringMs) / 2
        return pace.delayMs(allowedMs: allowedMs, nowMs: writer.ring.bootNowMs)
    }

    /// Nothing comes because the publisher is held back: that does not pause or end its stream, nor may
    /// anybody take over for it.
    func excuseSilence() {
        guard let ring = writer?.ring else { return }
        ring.status.lastIngestBootMs = ring.bootNowMs
        showLife(on: ring)
    }

    /// It was held back for so long.
    func noteHeldBack(ms: UInt64) {
        writer?.ring.status.addHeldBack(ms: ms)
        environment.counters.add(.publishersHeldBackMs, ms)
    }

    /// Whether nothing is wrong but that another worker was quicker to make this stream's ring.
    func hasLostRace(_ error: PublishError) -> Bool {
        writer == nil && !isAttached && (error == .ring(.exists) || error == .ring(.busy))
    }

    /// Why the request has to stop although its body goes on; nil when it need not.
    var interruption: PublishError? {
        guard let stream, let writer else { return nil }
        if stream.ring.status.endedAtBootMs != 0 {
            let reason = stream.endReason
            return reason == .stopped ? .streamEnded : .broadcastOver(reason)
        }
        return writer.ring.status.takeOverCount == takeOverCountAtStart ? nil : .takenOver
    }

    /// Media could not be right and was passed over: told, but no reason to end the broadcast.
    func note(losses: Int) {
        writer?.ring.status.addLosses(losses)
        environment.counters.add(.mediaLosses, UInt64(losses))
        guard let count = lossLog.add(losses, nowMs: environment.loop.nowMs) else { return }
        environment.logger.warning(
            "media was broken and passed over",
            metadata: ["stream": "\(name)", "losses": "\(count)"])
    }

    /// Why the request has to stop, now that its body has been silent or got nowhere for so long: as a
    /// rule because its stream is over by that.
    func giveUp() -> PublishError {
        stream?.endIfOver()
        return interruption ?? .stalled
    }
}
