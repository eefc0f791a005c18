// The publish requests of one stream in this worker, in the order their HEADERS arrived. At most one
// writes; the others wait for their turn, which they get in the order of their chunk numbers or, if
// they have none, of their arrival. The writer lease on the ring does the same between workers.
//
// A queue lives as long as one of its requests does: they reach it without owning it.
//
// Owner: the worker's loop thread.

import Accounts
import HTTP
import LinuxIO
import Logging
import SegmentRing
import Settings

final class PublishQueue {
    let name: StreamName
    private let streams: LiveStreams
    private let environment: WorkerEnvironment
    private let crossOrigin: CrossOrigin
    private var waiting: [PublishRequest] = []
    private var active: PublishRequest?
    /// Those whose chunk is in already and whose body is still coming.
    private var repeating: [PublishRequest] = []
    /// The ring on which this worker has said that it waits.
    private var announcedRing: Ring?
    private var retryTimer: TimerID?
    private var isAdvancing = false
    private var mustAdvanceAgain = false

    /// Told when the last request has gone.
    var onIdle: ((PublishQueue) -> Void)?

    init(
        name: StreamName, streams: LiveStreams, crossOrigin: CrossOrigin,
        environment: WorkerEnvironment
    ) {
        self.name = name
        self.streams = streams
        self.crossOrigin = crossOrigin
        self.environment = environment
    }

    func headers(for exchange: Exchange) -> [HeaderField] {
        crossOrigin.headers(for: exchange.request)
    }

    // MARK: Requests

    var requests: [PublishRequest] { (active.map { [$0] } ?? []) + waiting + repeating }

    /// Takes a request in; it may be answered, or begin to write, before this returns.
    func add(_ request: PublishRequest) {
        waiting.append(request)
        advance()
    }

    /// Whether so many chunks of one connection wait that the missing one could not come in.
    func isOverfull(forConnection connectionID: UInt64) -> Bool {
        let count = waiting.count { $0.connectionID == connectionID }
        return count > Limits.waitingChunksPerConnection
    }

    /// The request writes no more: it was answered, or its client has gone.
    func finished(_ request: PublishRequest) {
        if active === request {
            active = nil
        } else {
            waiting.removeAll { $0 === request }
            repeating.removeAll { $0 === request }
        }
        advance()
        if active == nil && waiting.isEmpty && repeating.isEmpty { becomeIdle() }
    }

    /// The request was to make a ring, and another worker has made it. It looks again in a moment, not
    /// at once, because the other one may not have finished.
    func lostRace(_ request: PublishRequest) {
        precondition(active === request, "only who writes makes a ring")
        active = nil
        waiting.insert(request, at: 0)
        waitForOthers()
    }

    /// The request has waited as long as one may.
    func turnTimedOut(_ request: PublishRequest) {
        request.fail(errorAfterWaiting(request))
    }

    private func errorAfterWaiting(_ request: PublishRequest) -> PublishError {
        guard let chunk = request.facts.chunk else {
            return request.facts.start == .unknown ? .stalled : .alreadyLive
        }
        guard let stream = streams.find(name), stream.state != .ended else {
            return .chunkGap(expectedChunk: 0)
        }
        guard let writer = try? stream.ring.acquireWriter(slot: environment.slot) else {
            let isSameSession = stream.ring.status.publisherKey.1 == chunk.session
            return isSameSession ? .chunkEarly : .chunkGap(expectedChunk: 0)
        }
        defer { writer.release() }
        let ingest = IngestState(decoding: writer.state)
        let isSameSession = ingest?.session == chunk.session
        return .chunkGap(expectedChunk: isSameSession ? ingest?.nextChunk ?? 0 : 0)
    }

    /// The doorbell has rung: the stream may have ended, a lease may be free, a chunk may have come.
    func doorbellRang() {
        if let active, let interruption = active.session?.interruption {
            active.fail(interruption)
        }
        advance()
    }

    /// The worker is going: whoever publishes is told to come back.
    func shutDown() {
        for request in waiting + repeating { request.fail(.shuttingDown) }
        active?.fail(.shuttingDown)
    }

    // MARK: Turns

    /// Gives the turn to whoever it belongs to, if it is free.
    func advance() {
        // Answering a request comes back here; one loop at a time.
        if isAdvancing {
            mustAdvanceAgain = true
            return
        }
        isAdvancing = true
        defer { isAdvancing = false }
        repeat {
            mustAdvanceAgain = false
            refuseWhileActive()
            if active == nil { giveTurn() }
        } while mustAdvanceAgain
        waitForOthers()
    }

    /// A request that cannot wait for the one that writes here is told so at once.
    private func refuseWhileActive() {
        guard let active else { return }
        let facts = active.facts
        for request in waiting {
            request.updateFacts(writerConnectionID: active.connectionID)
            decide(
                request,
                .held(
                    identity: facts.identity, session: facts.chunk?.session ?? 0,
                    chunk: facts.chunk?.number))
        }
    }

    private func giveTurn() {
        guard !waiting.isEmpty else { return }
        let stream = streams.find(name)
        let writer: RingWriter?
        do {
            writer = try stream?.ring.acquireWriter(slot: environment.slot)
        } catch .missing {
            return  // replaced or removed at this moment: ask again shortly
        } catch {
            environment.logger.error(
                "ring cannot be written", metadata: ["stream": "\(name)", "error": "\(error)"])
            for request in waiting { request.fail(.ring(error)) }
            return
        }
        if let stream, writer == nil { return decideHeldElsewhere(stream) }
        defer { if active == nil { writer?.release() } }
        let ingest = writer.flatMap { IngestState(decoding: $0.state) }
        let facts = facts(of: stream, ingest)
        var order = ArrivalOrder()
        for request in waiting {
            guard order.admits(request.facts, connectionID: request.connectionID) else { continue }
            request.updateFacts(writerConnectionID: nil)
            let decision = PublishDecision.decide(request.facts, facts)
            if begin(decision, request, stream, writer, ingest) { return }
            apply(decision, to: request)
        }
    }

    private func facts(of stream: LiveStream?, _ ingest: IngestState?) -> StreamFacts {
        guard let stream, stream.state != .ended else { return .absent }
        return .free(state: stream.state, ingest: ingest)
    }

    private func decideHeldElsewhere(_ stream: LiveStream) {
        guard stream.state != .ended else { return }  // being removed: ask again shortly
        let key = stream.ring.status.publisherKey
        // A ring that is so new that its writer has not said who it is: ask again shortly.
        guard key != (0, 0) else { return }
        for request in waiting {
            request.updateFacts(writerConnectionID: nil)
            decide(
                request,
                .held(
                    identity: key.0, session: key.1, chunk: stream.ring.status.writerChunk),
                ring: stream.ring)
        }
    }

    private func decide(_ request: PublishRequest, _ facts: StreamFacts, ring: Ring? = nil) {
        let decision = PublishDecision.decide(request.facts, facts)
        switch decision {
        case .refuse where request.ageMs < Limits.newBroadcastTurnMs:
            break  // the writer may just be finishing
        case .takeOver:
            if let active { return active.fail(.takenOver) }
            guard let ring else { return }
            _ = ring.status.requestTakeOver()
            if let slot = ring.status.writerSlot { environment.doorbells.ring(slot: slot) }
        default:
            apply(decision, to: request)
        }
    }

    /// Starts the request's session if the decision is to write.
    private func begin(
        _ decision: PublishDecision, _ request: PublishRequest, _ stream: LiveStream?,
        _ writer: RingWriter?, _ ingest: IngestState?
    ) -> Bool {
        let session: IngestSession
        switch decision {
        case .begin:
            // The ring of a stream that has ended is replaced, not continued. That its grace is
            // over may not have been noted yet, and then its viewers are still waiting.
            let isOver = stream?.state == .ended
            if isOver { stream?.end() }
            session = IngestSession(
                beginning: name, facts: request.facts, on: isOver ? nil : stream, writer: writer,
                streams: streams, environment: environment)
        case .resume:
            guard let stream, let writer, let ingest else { return false }
            do {
                session = try IngestSession(
                    resuming: ingest, facts: request.facts, on: stream, writer: writer,
                    streams: streams, environment: environment)
            } catch {
                request.fail(.missingInitialization)
                return false
            }
        default:
            return false
        }
        active = request
        waiting.removeAll { $0 === request }
        request.write(with: session)
        return true
    }

    private func apply(_ decision: PublishDecision, to request: PublishRequest) {
        switch decision {
        case .repeated:
            waiting.removeAll { $0 === request }
            repeating.append(request)
            request.answerAsRepeated()
        case .refuse(.alreadyLive):
            request.fail(.alreadyLive)
        case .refuse(.unknownSession):
            request.fail(.chunkGap(expectedChunk: 0))
        case .refuse(.missingInitialization):
            guard request.isWellKnown else { return }
            request.fail(request.looksLikeContinuation ? .missingInitialization : .media(.notWebM))
        default:
            break
        }
    }

    // MARK: Waiting for other workers

    private func waitForOthers() {
        // The lease that a request here waits for may be another worker's.
        let isElsewhere = active == nil && !waiting.isEmpty
        let ring = isElsewhere ? streams.find(name)?.ring : nil
        if announcedRing !== ring {
            announcedRing?.status.setWaiting(false, slot: environment.slot)
            ring?.status.setWaiting(true, slot: environment.slot)
            announcedRing = ring
        }
        guard !waiting.isEmpty, retryTimer == nil else { return }
        retryTimer = environment.loop.schedule(afterMs: Limits.chunkRetryMs) { [weak self] in
            self?.retryTimer = nil
            self?.advance()
        }
    }

    private func becomeIdle() {
        if let retryTimer { environment.loop.cancel(retryTimer) }
        retryTimer = nil
        announcedRing?.status.setWaiting(false, slot: environment.slot)
        announcedRing = nil
        onIdle?(self)
    }
}
