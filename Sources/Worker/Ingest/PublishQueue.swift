// The publish requests of one stream in this worker. At most one writes; the others wait for their turn,
// which they get in the order of their chunk numbers or, if they have none, of their arrival. The writer
// lease on the ring does the same between workers.
//
// What happens only says that it is worth looking; one look, at most once per turn of the loop, then
// decides for all who wait. So N requests that come or end together cost N, and not N times N.
//
// A queue lives as long as one of its requests does, since they reach it without owning it, and a
// moment longer when it has tried for the lease very often.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import Logging
import SegmentRing
import Settings
import StreamState
import Streams

final class PublishQueue {
    let name: StreamName
    private let streams: LiveStreams
    private let environment: IngestEnvironment
    private let crossOrigin: CrossOrigin
    /// Nil when who publishes is told by accounts.
    private let shares: PublisherShares?
    private var line = WaitingLine<PublishRequest>()
    private var active: PublishRequest?
    /// Those whose chunk is in already and whose body is still coming.
    private var repeating: [ObjectIdentifier: PublishRequest] = [:]
    /// Bytes of bodies that wait here.
    let waitingBytes = WaitingTally()
    /// The chunk whose turn it is as far as is known here, as long as it is not in the line.
    private var wanted: ChunkNumber?
    private let leaseWait: LeaseWait
    private let bodyOrder: BodyOrder
    private var nextLook: (timer: TimerID, dueMs: UInt64)?
    private var isRetiring = false

    /// Told when the last request has gone and nothing has to be remembered.
    var onIdle: ((PublishQueue) -> Void)?

    init(
        name: StreamName, streams: LiveStreams, crossOrigin: CrossOrigin, room: WaitingRoom,
        shares: PublisherShares?, environment: IngestEnvironment
    ) {
        self.name = name
        self.streams = streams
        self.crossOrigin = crossOrigin
        self.shares = shares
        self.environment = environment
        leaseWait = LeaseWait(room: room, environment: environment)
        bodyOrder = BodyOrder(slot: environment.slot)
    }

    func headers(for exchange: Exchange) -> [HeaderField] {
        crossOrigin.headers(for: exchange.request)
    }

    // MARK: Requests

    var requests: [PublishRequest] {
        (active.map { [$0] } ?? []) + line.members + repeating.values
    }

    var isIdle: Bool { active == nil && line.isEmpty && repeating.isEmpty }

    /// Takes a request in. Alone, it may be answered or begin to write before this returns; behind
    /// others it is looked at together with them, if it may wait at all.
    func add(_ request: PublishRequest) {
        if isIdle {
            enter(request)
            look()
            if request.needsPlace, let bound = request.takePlace() {
                request.fail(.tooManyWait(bound))
            }
        } else if let chunk = request.facts.chunk, chunk == wanted {
            // It goes next, so it need not wait however many do.
            enter(request)
            look(withinMs: 0)
        } else if let bound = bound(for: request) {
            request.fail(.tooManyWait(bound))
        } else {
            enter(request)
            look(withinMs: 0)
        }
    }

    private func enter(_ request: PublishRequest, isFirst: Bool = false) {
        if request.facts.chunk == wanted { wanted = nil }
        line.add(
            request, chunk: request.facts.chunk, connectionID: request.connectionID,
            isFirst: isFirst)
    }

    private func bound(for request: PublishRequest) -> WaitingBound? {
        if line.count(ofConnection: request.connectionID) >= Limits.waitingChunksPerConnection {
            return .connection
        }
        let isFull = line.count + repeating.count >= Limits.waitingRequestsPerStream
        if isFull && !makeRoom(for: request) { return .stream }
        return request.takePlace()
    }

    /// Strangers give way to the one whose stream it is.
    private func makeRoom(for request: PublishRequest) -> Bool {
        let ring = leaseWait.ring ?? active?.session?.stream?.ring
        let identity = request.facts.identity
        guard let ring, ring.status.publisherKey.identity == identity,
            let stranger = line.members.last(where: { $0.facts.identity != identity })
        else { return false }
        stranger.fail(.tooManyWait(.stream))
        return true
    }

    /// The request writes no more: it was answered, or its client has gone.
    func finished(_ request: PublishRequest) {
        if active === request {
            active = nil
            look(withinMs: 0)
        } else if repeating.removeValue(forKey: ObjectIdentifier(request)) == nil,
            line.remove(request), request.facts.chunk == nil
        {
            // It may have kept others back.
            announceOrder(on: active?.session?.stream?.ring ?? leaseWait.ring)
            look(withinMs: 0)
        }
        if isIdle { becomeIdle() }
    }

    /// The request was to make a ring, and another worker has made it. It looks again in a moment, not
    /// at once, because the other one may not have finished.
    func lostRace(_ request: PublishRequest) {
        precondition(active === request, "only who writes makes a ring")
        active = nil
        enter(request, isFirst: true)
        settle()
    }

    /// The doorbell has rung: the stream may have ended, a lease may be free, a chunk may have come.
    func doorbellRang() {
        if let active {
            if let interruption = active.session?.interruption { active.fail(interruption) }
            return
        }
        if leaseWait.mayHaveChanged { look(withinMs: 0) }
    }

    /// The worker is going: whoever publishes is told to come back.
    func shutDown() {
        for request in requests { request.fail(.shuttingDown) }
    }

    // MARK: Looking

    /// The start of a body has become known, or it is complete.
    func knowsMore() { look(withinMs: 0) }

    private func look(withinMs delayMs: UInt64) {
        guard !line.isEmpty else { return }
        let dueMs = environment.loop.nowMs + delayMs
        if let nextLook {
            if nextLook.dueMs <= dueMs { return }
            environment.loop.cancel(nextLook.timer)
        }
        let timer = environment.loop.schedule(afterMs: delayMs) { [weak self] in
            self?.nextLook = nil
            self?.look()
        }
        nextLook = (timer, dueMs)
    }

    /// Gives the turn to whoever it belongs to, if it is free, and answers those who need not wait.
    private func look() {
        guard !line.isEmpty else { return }
        if let active {
            let writer = WriterFacts(active, nowMs: environment.loop.nowMs)
            bodyOrder.leaseIsHeld()
            decideHeld(
                writer, turn: active.facts.chunk, writerConnectionID: active.connectionID,
                stream: active.session?.stream)
            failOverdue(.held(writer))
        } else if let stream = streams.find(name) {
            look(at: stream)
        } else {
            giveTurn(.absent)
            failOverdue(.absent)
        }
        settle()
    }

    private func look(at stream: LiveStream) {
        guard leaseWait.mayTry(stream.ring) else { return }
        do {
            if let writer = try stream.ring.acquireWriter(slot: environment.slot) {
                defer { if active == nil { writer.release() } }
                let turn = PublishTurn(stream, writer)
                giveTurn(turn)
                failOverdue(turn.facts)
            } else {
                bodyOrder.leaseIsHeld()
                lookWhileHeldElsewhere(stream)
            }
        } catch .missing {
            failOverdue(.absent)  // replaced or removed at this moment: ask again shortly
        } catch {
            if putAside(stream, after: error) { return }
            environment.logger.error(
                "ring cannot be written", metadata: ["stream": "\(name)", "error": "\(error)"])
            for request in line.members { request.fail(.ring(error)) }
        }
    }

    /// A damaged ring makes way for a fresh one. False: the error is another one, or the ring stays.
    private func putAside(_ stream: LiveStream, after error: RingError) -> Bool {
        guard case .invalid(let reason) = error,
            let isDone = try? streams.putAside(stream, reason: reason)
        else { return false }
        if isDone { look(withinMs: 0) }
        return true
    }

    private func lookWhileHeldElsewhere(_ stream: LiveStream) {
        // It is so new that its writer has not said who it is: ask again shortly.
        guard let writer = WriterFacts(on: stream.ring) else {
            return failOverdue(.held(WriterFacts(identity: 0)))
        }
        // One that has ended is being removed or replaced.
        if stream.state != .ended {
            let turn = ChunkNumber(session: writer.session, number: writer.chunk ?? 0)
            decideHeld(writer, turn: turn, writerConnectionID: nil, stream: stream)
        }
        failOverdue(.held(writer))
    }

    /// Once for all of them, with what this look has found.
    private func failOverdue(_ stream: StreamFacts) {
        for request in line.members where request.isWaiting && request.isOverdue {
            if request.facts.outwaits(stream) { continue }
            request.fail(.afterWaiting(request.facts, stream))
        }
    }

    // MARK: Deciding

    private func giveTurn(_ turn: PublishTurn) {
        wanted = turn.wanted
        var order = ArrivalOrder()
        for request in line.candidates(whenTurnOf: turn.wanted) where request.isWaiting {
            guard order.admits(request.facts, connectionID: request.connectionID),
                !givesWay(request, on: turn.stream?.ring)
            else { continue }
            request.updateFacts(writerConnectionID: nil)
            let decision = PublishDecision.decide(request.facts, turn.facts)
            if begin(decision, request, turn) { return }
            apply(decision, to: request, turn.stream)
        }
    }

    /// Whether another worker has a body that came earlier; it is told that it is its turn.
    private func givesWay(_ request: PublishRequest, on ring: Ring?) -> Bool {
        guard request.keepsOrder, let ring else { return false }
        let slots = bodyOrder.slotsBefore(
            request.arrivedUs, on: ring, nowMs: environment.loop.nowMs)
        environment.doorbells.ring(mask: slots)
        return slots != 0
    }

    /// A request that cannot wait for the one that writes is told so.
    private func decideHeld(
        _ writer: WriterFacts, turn: ChunkNumber?, writerConnectionID: UInt64?,
        stream: LiveStream?
    ) {
        for request in line.candidates(whenTurnOf: turn) where request.isWaiting {
            request.updateFacts(writerConnectionID: writerConnectionID)
            let decision = PublishDecision.decide(request.facts, .held(writer))
            switch decision {
            case .refuse where request.ageMs < Limits.newBroadcastTurnMs:
                break  // the writer may just be finishing
            case .takeOver:
                request.replaces(writer)
                return takeOver(stream?.ring)
            default:
                apply(decision, to: request, stream)
            }
        }
    }

    /// Asks whoever writes to stop. Whoever wants it waits for that.
    private func takeOver(_ ring: Ring?) {
        if let active { return active.fail(.takenOver) }
        guard let ring else { return }
        _ = ring.status.requestTakeOver()
        if let slot = ring.slots.writer { environment.doorbells.ring(slot: slot) }
    }

    /// Starts the request's session if the decision is to write.
    private func begin(
        _ decision: PublishDecision, _ request: PublishRequest, _ turn: PublishTurn
    ) -> Bool {
        if decision == .begin, let shares, !shares.admits(request, name, turn.stream) {
            request.fail(.tooManyOwnStreams)
            return false
        }
        do throws(PublishError) {
            let session = try turn.session(
                decision, request, name: name, streams: streams, environment: environment)
            guard let session else { return false }
            active = request
            line.remove(request)
            wanted = request.facts.chunk?.next
            request.write(with: session)
            return true
        } catch {
            request.fail(error)
            return false
        }
    }

    private func apply(
        _ decision: PublishDecision, to request: PublishRequest, _ stream: LiveStream?
    ) {
        switch decision {
        case .repeated:
            line.remove(request)
            repeating[ObjectIdentifier(request)] = request
            request.answerAsRepeated()
        case .refuse(.alreadyLive):
            request.fail(.alreadyLive)
        case .refuse(.unknownSession):
            request.fail(.broadcastOver(request.facts, stream))
        case .refuse(.missingInitialization):
            guard request.isWellKnown else { return }
            guard request.looksLikeContinuation else { return request.fail(.media(.notWebM)) }
            // The body that it continues may still be on its way to another worker.
            guard request.ageMs >= Limits.unknownSessionMs else { return }
            let over = PublishError.broadcastOver(request.facts, stream)
            request.fail(over == .broadcastOver(nil) ? .missingInitialization : over)
        default:
            break
        }
    }

    // MARK: Waiting for other workers

    /// Sees to it that those who still wait are looked at again.
    private func settle() {
        // The lease that a request here waits for may be another worker's.
        if active == nil && !line.isEmpty {
            leaseWait.begin(on: streams.find(name)?.ring)
            announceOrder(on: leaseWait.ring)
            look(withinMs: leaseWait.retryMs())
        } else {
            leaseWait.end()
            announceOrder(on: active?.session?.stream?.ring)
            look(withinMs: Limits.chunkRetryMs)
        }
    }

    /// Tells other workers since when a body waits here that keeps the order of arrival.
    private func announceOrder(on ring: Ring?) {
        bodyOrder.announce(line.members.first(where: \.keepsOrder)?.arrivedUs, on: ring)
    }

    private func becomeIdle() {
        if let nextLook { environment.loop.cancel(nextLook.timer) }
        nextLook = nil
        settle()
        retire()
    }

    private func retire() {
        guard isIdle, !isRetiring else { return }
        let rememberedMs = leaseWait.rememberedMs
        guard rememberedMs > 0 else {
            onIdle?(self)
            return
        }
        isRetiring = true
        environment.loop.schedule(afterMs: rememberedMs) { [weak self] in
            self?.isRetiring = false
            self?.retire()
        }
    }
}
