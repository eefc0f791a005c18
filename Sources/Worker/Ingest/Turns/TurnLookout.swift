// The eyes and the voice of a driver of turns. It looks at one stream and its ring, asks for the writer
// lease, notes on the ring who waits here, and tells at a glance whether a doorbell was for them.
//
// Owner: the worker's loop thread.

import SegmentRing
import StreamState
import Streams
import Telemetry

final class TurnLookout {
    private let name: StreamName
    private let streams: LiveStreams
    private let room: WaitingRoom
    private let environment: IngestEnvironment
    /// The ring on which this worker has noted that it waits,
    private(set) var ring: Ring?
    /// and what it looked like when the lease was last asked for.
    private var glance: RingGlance?
    private var isCounted = false
    /// Since when the oldest body without a number waits here, and on which ring that is noted.
    private var oldest: (us: UInt64, ring: Ring)?

    init(
        name: StreamName, streams: LiveStreams, room: WaitingRoom, environment: IngestEnvironment
    ) {
        self.name = name
        self.streams = streams
        self.room = room
        self.environment = environment
    }

    // MARK: Looking

    /// What the stream looks like, and what a request needs to write if it gets its turn. Call only when
    /// no request in this worker writes.
    func look(mayTry: Bool) -> (sight: TurnSight, turn: PublishTurn?) {
        let found = streams.find(name)
        // Where a stream is live, nobody begins one in another version.
        if found?.state != .live, streams.isWrittenInOtherVersion(name) {
            let sight = TurnSight.Lease.isElsewhere(.inOtherVersion, isOver: false)
            return (TurnSight(lease: sight), nil)
        }
        guard let stream = found else {
            return (TurnSight(lease: .absent), PublishTurn())
        }
        var sight = TurnSight(lease: .wasNotTried, past: BroadcastPast(stream))
        guard mayTry else { return (sight, nil) }
        let ring = stream.ring
        glance = RingGlance(ring)
        do {
            if let writer = try ring.acquireWriter(slot: environment.slot) {
                let turn = PublishTurn(stream, writer)
                sight.lease = .isFree(turn.facts)
                sight.elsewhere = bodiesElsewhere(on: ring)
                return (sight, turn)
            }
            sight.lease = .isElsewhere(WriterFacts(on: ring), isOver: stream.state == .ended)
        } catch .missing {
            sight.lease = .isGone
        } catch {
            sight.lease = fault(error, of: stream)
        }
        return (sight, nil)
    }

    /// A damaged ring makes way for a fresh one.
    private func fault(_ error: RingError, of stream: LiveStream) -> TurnSight.Lease {
        if case .invalid(let reason) = error,
            let isDone = try? streams.putAside(stream, reason: reason)
        {
            return .makesWay(isDone: isDone)
        }
        environment.logger.report(
            .ringUnwritable, "ring cannot be written",
            metadata: ["stream": "\(name)", "error": "\(error)"])
        return .failed(error)
    }

    private func bodiesElsewhere(on ring: Ring) -> [BodyElsewhere] {
        (0..<RingSlots.count).compactMap { slot in
            guard slot != environment.slot, let us = ring.status.oldestBodyUs(slot: slot) else {
                return nil
            }
            return BodyElsewhere(slot: slot, arrivedUs: us)
        }
    }

    /// Whether a doorbell may have rung for the requests that wait here.
    var mayHaveChanged: Bool {
        guard let ring else { return true }
        return RingGlance(ring) != glance
    }

    // MARK: Saying

    /// Notes whether requests wait for another worker, or for a chunk that is missing. The stream may
    /// have no ring yet.
    func awaitLease(_ isWaiting: Bool) {
        let next = isWaiting ? streams.find(name)?.ring : nil
        if ring !== next {
            ring?.slots.setWaiting(false, slot: environment.slot)
            next?.slots.setWaiting(true, slot: environment.slot)
            ring = next
        }
        guard isWaiting != isCounted else { return }
        isCounted = isWaiting
        room.streams += isWaiting ? 1 : -1
    }

    /// Notes since when the oldest body without a number waits here; nil: none does.
    /// - Parameter writing: the ring that a request here writes, if there is one. A body that is complete
    ///   is written in the moment of its turn, and then neither a writer nor a wait has a ring: what was
    ///   noted last has it. Others would take this worker's next body for later than their own.
    func announceOldest(us: UInt64?, writing: Ring?) {
        let next = us.flatMap { us in
            (writing ?? ring ?? oldest?.ring).map { (us: us, ring: $0) }
        }
        guard oldest?.us != next?.us || oldest?.ring !== next?.ring else { return }
        if oldest?.ring !== next?.ring {
            oldest?.ring.status.setOldestBody(us: nil, slot: environment.slot)
        }
        next?.ring.status.setOldestBody(us: next?.us, slot: environment.slot)
        oldest = next
    }

    /// Asks the writer in another worker to stop.
    func takeOver() {
        guard let ring = streams.find(name)?.ring else { return }
        _ = ring.status.requestTakeOver()
        if let slot = ring.slots.writer { environment.doorbells.ring(slot: slot) }
    }
}

extension BroadcastPast {
    init(_ stream: LiveStream) {
        self.init(publisher: stream.ring.status.publisherKey, ended: stream.endReason)
    }
}

extension WriterFacts {
    /// Who it is, only that version can read. So nobody takes over from them: a name has one publisher.
    static let inOtherVersion = WriterFacts(identity: 0)

    /// The facts of a request in another worker; nil when that worker has not said yet who it is.
    init?(on ring: Ring) {
        let status = ring.status
        let publisher = status.publisherKey
        if publisher == .nobody { return nil }
        self.init(
            identity: publisher.identity, session: publisher.session, chunk: status.writerChunk,
            silentMs: ring.writerSilentMs, hasLength: status.writerHasLength)
    }
}

extension Ring {
    /// How long the holder of the lease has brought nothing.
    var writerSilentMs: UInt64 {
        let nowMs = bootNowMs
        return nowMs - min(status.writerHeardBootMs, nowMs)
    }
}
