// A worker of TurnWorld: does for a machine of turns what TurnDriver does, without files and sockets,
// and looks on everything that it is told with suspicion.

import SegmentRing
import Settings
import StreamState

@testable import Ingest

final class SimulatedWorker {
    let slot: Int
    private unowned let world: TurnWorld
    /// Nil as long as nobody publishes here.
    private var machine: TurnMachine?
    private var bodies: [TurnID: SimulatedBody] = [:]
    private var inbox: [TurnEvent] = []
    private var dueMs: UInt64?
    /// The lease that a look has got, until what follows from the look is done.
    private var hasOffer = false
    private var isShutDown = false
    /// Why the writer here has to stop.
    private var interruption: PublishError?

    init(slot: Int, world: TurnWorld) {
        self.slot = slot
        self.world = world
    }

    var isRetired: Bool { machine == nil }

    func has(_ body: SimulatedBody) -> Bool { bodies[body.id] != nil }

    private var writing: [SimulatedBody] { bodies.values.filter(\.isWriting) }

    private var moment: TurnMoment { TurnMoment(nowMs: world.nowMs, retryMs: Limits.chunkRetryMs) }

    // MARK: What happens

    func take(_ body: SimulatedBody) {
        bodies[body.id] = body
        // Who comes later is not even asked.
        if isShutDown, machine == nil { return finish(body, .refused(.shuttingDown)) }
        if machine == nil { machine = TurnMachine(slot: slot, moment: moment) }
        let request = TurnRequest(
            id: body.id, facts: body.facts, connectionID: body.connectionID,
            arrivedMs: world.nowMs, arrivedUs: body.arrivedUs, glimpse: body.glimpse)
        send(
            .arrived(request, isOwners: world.ring?.publisher.identity == body.facts.identity))
    }

    func bellRang() {
        if let interruption, !writing.isEmpty {
            self.interruption = nil
            return send(.interrupted(interruption))
        }
        if !writing.isEmpty, let ring = world.ring, ring.endedAtMs != 0, ring.holder == slot {
            return send(.interrupted(.streamEnded))
        }
        send(.bell)
    }

    func runTimer() {
        guard let dueMs, dueMs <= world.nowMs, world.dice.percent(90) else { return }
        self.dueMs = nil
        send(.timer)
    }

    func shutDown() {
        guard !isShutDown else { return }
        world.note("worker \(slot) shuts down")
        isShutDown = true
        send(.shutDown)
        world.require(bodies.isEmpty, "worker \(slot) has shut down and has bodies")
    }

    /// The process is killed: nobody is told, and only the kernel gives the lease back.
    func die() {
        guard !isShutDown else { return }
        world.note("worker \(slot) dies")
        for body in bodies.values { body.phase = .gone }
        bodies = [:]
        machine = nil
        dueMs = nil
        interruption = nil
        if world.ring?.holder == slot { world.ring?.holder = nil }
        world.ring?.waiting.remove(slot)
        world.ring?.oldestUs[slot] = nil
    }

    /// A piece of the body comes: its header, media, its end.
    func write(_ body: SimulatedBody) {
        guard case .writing(let hasRing) = body.phase else { return }
        if !hasRing && !attach(body) { return }
        body.heardMs = world.nowMs
        world.ring?.writerHeardMs = world.nowMs
        world.ring?.lastIngestMs = world.nowMs
        world.ring?.pausedSinceMs = 0
        body.stepsLeft -= 1
        guard body.stepsLeft == 0 else { return }
        if let chunk = body.facts.chunk {
            let expected = UInt64(world.ring?.written.count ?? 0)
            world.require(chunk.number == expected, "chunk \(chunk) follows \(expected)")
            world.ring?.written.append(chunk.number)
            world.ring?.ingest.nextChunk = chunk.number + 1
        }
        releaseLease()
        finish(body, .accepted)
    }

    /// The header is complete. False: another worker was quicker.
    private func attach(_ body: SimulatedBody) -> Bool {
        let key = PublisherKey(
            identity: body.facts.identity, session: body.facts.chunk?.session ?? 0)
        if world.ring?.holder != slot {
            guard world.ring == nil else {
                body.phase = .waiting
                body.hasLostRace = true
                world.count("lost race")
                send(.lostRace(body.id))
                return false
            }
        }
        world.ring = SimulatedRing(
            ingest: IngestState(identity: key.identity, session: key.session, media: []),
            publisher: key, holder: slot, writerHeardMs: world.nowMs, lastIngestMs: world.nowMs)
        claim(body)
        body.phase = .writing(hasRing: true)
        return true
    }

    private func claim(_ body: SimulatedBody) {
        world.ring?.publisher.identity = body.facts.identity
        world.ring?.ingest.identity = body.facts.identity
        world.ring?.writerChunk = body.facts.chunk?.number
    }

    func finishRepeated(_ body: SimulatedBody) {
        finish(body, .accepted)
    }

    /// It ends of its own accord with an answer: its body is dead.
    func giveUp(_ body: SimulatedBody, _ error: PublishError) {
        if body.isWriting { abandon(isPausing: false) }
        finish(body, .refused(error))
    }

    func close(_ body: SimulatedBody) {
        if body.isWriting { abandon(isPausing: true) }
        finish(body, .gone)
    }

    private func abandon(isPausing: Bool) {
        guard world.ring?.holder == slot else { return }
        if isPausing { world.ring?.pausedSinceMs = world.nowMs }
        releaseLease()
    }

    private func releaseLease() {
        world.ring?.holder = nil
        world.ring?.writerChunk = nil
        for other in world.ring?.waiting.sorted() ?? [] { world.ringBell(of: other) }
    }

    private func finish(_ body: SimulatedBody, _ phase: SimulatedBody.Phase) {
        if body.isWriting { interruption = nil }
        body.phase = phase
        bodies[body.id] = nil
        world.answered(body)
        send(.finished(body.id))
    }

    // MARK: The driver

    func send(_ event: TurnEvent) {
        inbox.append(event)
        guard inbox.count == 1 else { return }
        while let next = inbox.first {
            handle(next)
            inbox.removeFirst()
        }
        world.require(writing.count <= 1, "worker \(slot) has two writers")
        guard let machine else { return }
        world.require(
            machine.line.isEmpty || dueMs != nil, "somebody waits and worker \(slot) sleeps")
        world.require(
            machine.line.count <= Limits.waitingRequestsPerStream + 2, "too many wait")
        let bodiesKnown = Set(machine.line.requests.map(\.id))
        let bodiesWaiting = Set(bodies.values.filter { $0.phase == .waiting }.map(\.id))
        world.require(bodiesKnown == bodiesWaiting, "the line is \(bodiesKnown)")
    }

    private func handle(_ event: TurnEvent) {
        guard let commands = machine?.handle(event, at: moment) else { return }
        for (index, command) in commands.enumerated() {
            if case .look(let mayTry) = command {
                world.require(index == commands.count - 1, "a look is not the last command")
                look(mayTry)
            } else {
                world.note("worker \(slot): \(command)")
                world.count(command)
                carryOut(command)
            }
        }
    }

    private func look(_ mayTry: Bool) {
        let sight = sight(mayTry)
        world.note("worker \(slot) sees \(sight)")
        handle(.saw(sight))
        guard hasOffer else { return }
        hasOffer = false
        world.ring?.holder = nil
    }

    private func sight(_ mayTry: Bool) -> TurnSight {
        let nowMs = world.nowMs
        if let writer = writing.first {
            return TurnSight(
                lease: .isHere(silentMs: nowMs - writer.heardMs), past: world.ring?.past(nowMs))
        }
        guard let ring = world.ring else { return TurnSight(lease: .absent) }
        var sight = TurnSight(lease: .wasNotTried, past: ring.past(nowMs))
        guard mayTry else { return sight }
        sight.elsewhere = ring.oldestUs.filter { $0.key != slot }.sorted { $0.key < $1.key }
            .map { BodyElsewhere(slot: $0.key, arrivedUs: $0.value) }
        let isOver = ring.state(nowMs) == .ended
        if ring.holder != nil {
            let facts = WriterFacts(
                identity: ring.publisher.identity, session: ring.publisher.session,
                chunk: ring.writerChunk, silentMs: nowMs - ring.writerHeardMs,
                hasLength: ring.writerHasLength)
            sight.lease = .isElsewhere(world.dice.percent(97) ? facts : nil, isOver: isOver)
        } else if world.dice.percent(3) {
            sight.lease =
                world.dice.percent(90)
                ? .isGone : world.dice.percent(50) ? .failed(.noSpace) : .makesWay(isDone: false)
        } else {
            hasOffer = true
            world.ring?.holder = slot
            sight.lease = .isFree(
                isOver
                    ? .absent
                    : .free(
                        state: ring.state(nowMs), ingest: ring.ingest,
                        silentMs: nowMs - ring.writerHeardMs))
        }
        return sight
    }

    private func carryOut(_ command: TurnCommand) {
        switch command {
        case .look: break
        case .begin(let id): begin(id)
        case .resume(let id): resume(id)
        case .repeatBody(let id): repeatBody(id)
        case .takePlace(let id):
            if world.dice.percent(1) { answer(id, .tooManyWait(.worker)) }
        case .answer(let id, let error): judge(id, error)
        case .takeOver: takeOver()
        case .ring(let slots):
            for other in world.workers where slots & (1 << UInt64(other.slot)) != 0 {
                world.require(other.slot != slot, "a worker gives way to itself")
                world.ringBell(of: other.slot)
            }
        case .awaitLease(let isWaiting):
            if isWaiting {
                world.ring?.waiting.insert(slot)
            } else {
                world.ring?.waiting.remove(slot)
            }
        case .announceOldest(let us): world.ring?.oldestUs[slot] = us
        case .arm(let delayMs): dueMs = world.nowMs + delayMs
        case .disarm: dueMs = nil
        case .retire:
            world.require(bodies.isEmpty, "worker \(slot) retires with bodies")
            machine = nil
            dueMs = nil
        }
    }

    // MARK: Judging

    private func waitingBody(_ id: TurnID, _ what: String) -> SimulatedBody? {
        let body = bodies[id]
        world.require(body?.phase == .waiting, "\(what) \(id.number), which does not wait")
        world.require(!isShutDown, "\(what) \(id.number) after shutting down")
        return body
    }

    private func begin(_ id: TurnID) {
        guard let body = waitingBody(id, "begins") else { return }
        world.require(
            hasOffer || world.ring == nil, "body \(id.number) begins without the lease")
        let isLive = world.ring?.state(world.nowMs) == .live
        world.require(
            !isLive || world.ring?.publisher.identity == body.facts.identity,
            "a stranger begins while a stream is live")
        world.require(
            body.facts.chunk.map { $0.number == 0 } ?? (body.glimpse.start == .header),
            "body \(id.number) begins without a header")
        requireItsTurn(body)
        // As when its publisher has too many streams.
        if world.dice.percent(1) { return answer(id, .tooManyOwnStreams) }
        write(body, hasRing: false)
    }

    private func resume(_ id: TurnID) {
        guard let body = waitingBody(id, "resumes") else { return }
        world.require(hasOffer, "body \(id.number) resumes without the lease")
        if let chunk = body.facts.chunk {
            world.require(
                chunk.session == world.ring?.publisher.session
                    && chunk.number == UInt64(world.ring?.written.count ?? 0),
                "chunk \(chunk) is resumed out of order")
        }
        requireItsTurn(body)
        write(body, hasRing: true)
        claim(body)
    }

    private func write(_ body: SimulatedBody, hasRing: Bool) {
        hasOffer = false
        body.phase = .writing(hasRing: hasRing)
        body.heardMs = world.nowMs
        interruption = nil
        world.ring?.writerHeardMs = world.nowMs
        world.ring?.writerHasLength = body.facts.hasLength
    }

    /// Bodies without numbers of one worker are written in the order in which they came. One that has not
    /// begun keeps back only what came after it over the same connection.
    private func requireItsTurn(_ body: SimulatedBody) {
        // It has its place in front of those who came before and had not begun then.
        guard body.facts.chunk == nil, !body.hasLostRace else { return }
        let others = bodies.values.filter { $0.phase == .waiting && $0.facts.chunk == nil }
        let isPassedOver = others.contains { other in
            let isKeptBack = others.contains {
                $0.glimpse.start == .unknown && $0.connectionID == other.connectionID
                    && $0.arrivedUs < other.arrivedUs
            }
            return other.glimpse.start != .unknown && other.arrivedUs < body.arrivedUs
                && !isKeptBack
        }
        world.require(!isPassedOver, "body \(body.id.number) overtakes one that came before")
    }

    private func repeatBody(_ id: TurnID) {
        guard let body = waitingBody(id, "repeats") else { return }
        let isWritten =
            body.facts.chunk.map {
                $0.session == world.ring?.publisher.session
                    && world.ring?.written.contains($0.number) == true
            } ?? false
        world.require(isWritten, "body \(id.number) counts as written and is not")
        body.phase = .repeating
        body.heardMs = world.nowMs
    }

    private func judge(_ id: TurnID, _ error: PublishError) {
        guard let body = bodies[id], body.isOpen else {
            return world.require(false, "\(id.number) is answered when it is over")
        }
        if error == .takenOver {
            let heir = bodies.values.contains {
                $0.phase == .waiting && $0.facts.identity == body.facts.identity
            }
            world.require(
                body.isWriting && (heir || wasInterrupted),
                "\(id.number) is taken over by a stranger")
        }
        answer(id, error)
    }

    /// The event that is being handled says that another worker's request takes over.
    private var wasInterrupted: Bool {
        if case .interrupted = inbox.first { true } else { false }
    }

    private func answer(_ id: TurnID, _ error: PublishError) {
        guard let body = bodies[id] else { return }
        if body.isWriting { abandon(isPausing: false) }
        finish(body, .refused(error))
    }

    private func takeOver() {
        guard let holder = world.ring?.holder else { return }
        world.require(holder != slot, "a worker takes over from itself")
        let isOwner = bodies.values.contains {
            $0.phase == .waiting && $0.facts.identity == world.ring?.publisher.identity
        }
        world.require(isOwner, "a stranger takes over")
        world.workers[holder].interruption = .takenOver
        world.ringBell(of: holder)
    }

    func requireNothingIsLeft() {
        world.require(machine == nil, "worker \(slot) never retires")
        world.require(
            world.ring?.waiting.contains(slot) != true && world.ring?.oldestUs[slot] == nil,
            "worker \(slot) says that it waits when nobody does")
    }
}
