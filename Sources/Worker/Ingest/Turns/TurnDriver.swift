// The publish requests of one stream in this worker. The machine decides whose turn it is. The driver
// carries out its commands, and reports their results afterwards. A result that arises while other
// commands are still to be carried out (a request that is answered has finished) waits in `inbox`.
//
// A driver lives until its machine retires: requests reach it without owning it.
//
// Owner: the worker's loop thread.

import HTTP
import LinuxIO
import StreamState
import Streams

final class TurnDriver {
    let name: StreamName
    private let streams: LiveStreams
    private let room: WaitingRoom
    private let environment: IngestEnvironment
    private let crossOrigin: CrossOrigin
    /// Nil when accounts tell publishers apart.
    private let shares: PublisherShares?
    private let refusals: RefusalLog
    private let lookout: TurnLookout
    private var machine: TurnMachine
    private var open: [TurnID: PublishRequest] = [:]
    private var requestCount: UInt64 = 0
    private var inbox: [TurnEvent] = []
    private var timer: TimerID?
    /// What the last look has found free, until the commands that follow have been carried out.
    private var turn: PublishTurn?
    /// Bytes of bodies that wait here.
    let waitingBytes = WaitingTally()

    /// Told when the last request has gone and nothing has to be remembered.
    var onIdle: ((TurnDriver) -> Void)?

    init(
        name: StreamName, streams: LiveStreams, crossOrigin: CrossOrigin, room: WaitingRoom,
        shares: PublisherShares?, refusals: RefusalLog, environment: IngestEnvironment
    ) {
        self.name = name
        self.streams = streams
        self.crossOrigin = crossOrigin
        self.room = room
        self.shares = shares
        self.refusals = refusals
        self.environment = environment
        lookout = TurnLookout(name: name, streams: streams, room: room, environment: environment)
        let moment = TurnMoment(nowMs: environment.loop.nowMs, retryMs: room.retryMs)
        machine = TurnMachine(slot: environment.slot, moment: moment)
    }

    /// Answers a request that ends here.
    func refuse(_ exchange: Exchange, _ problem: Problem, isLogged: Bool) {
        if isLogged { refusals.note(problem, to: exchange, for: name) }
        exchange.respond(problem, headers: headers(for: exchange))
    }

    func headers(for exchange: Exchange) -> [HeaderField] {
        crossOrigin.headers(for: exchange.request)
    }

    // MARK: Events

    var requests: [PublishRequest] { Array(open.values) }

    /// The request whose turn it is, while it writes.
    private var writing: PublishRequest? { machine.writer.flatMap { open[$0.id] } }

    func nextID() -> TurnID {
        requestCount += 1
        return TurnID(number: requestCount)
    }

    /// Takes a request in. It may be answered or begin to write before this returns.
    func add(_ request: PublishRequest) {
        open[request.id] = request
        let ring = lookout.ring ?? writing?.session?.stream?.ring
        let owner = ring?.status.publisherKey.identity
        send(.arrived(request.forItsTurn, isOwners: owner == request.facts.identity))
    }

    /// More is known of the request's body.
    func learned(_ request: PublishRequest, _ glimpse: BodyGlimpse) {
        send(.learned(request.id, glimpse))
    }

    /// The request was answered, or its client has gone.
    func finished(_ request: PublishRequest) {
        open[request.id] = nil
        send(.finished(request.id))
    }

    /// The request was to make a ring, and another worker has made it.
    func lostRace(_ request: PublishRequest) { send(.lostRace(request.id)) }

    /// The stream may have ended, a lease may be free, a chunk may have come.
    func doorbellRang() {
        if let writing {
            if let reason = writing.session?.interruption { send(.interrupted(reason)) }
        } else if lookout.mayHaveChanged {
            send(.bell)
        }
    }

    /// The worker is going: tells publishers to come back.
    func shutDown() { send(.shutDown) }

    // MARK: Driving

    private func send(_ event: TurnEvent) {
        inbox.append(event)
        guard inbox.count == 1 else { return }
        while let next = inbox.first {
            handle(next)
            inbox.removeFirst()
        }
    }

    private func handle(_ event: TurnEvent) {
        let moment = TurnMoment(nowMs: environment.loop.nowMs, retryMs: room.retryMs)
        for command in machine.handle(event, at: moment) { carryOut(command) }
    }

    private func carryOut(_ command: TurnCommand) {
        switch command {
        case .look(let mayTry): look(mayTry: mayTry)
        case .begin(let id): if let request = waiting(id) { begin(request) }
        case .resume(let id): if let request = waiting(id) { resume(request) }
        case .repeatBody(let id): waiting(id)?.answerAsRepeated()
        case .takePlace(let id): takePlace(id)
        case .answer(let id, let error): open[id]?.fail(error)
        case .takeOver: lookout.takeOver()
        case .ring(let slots): environment.doorbells.ring(mask: slots)
        case .awaitLease(let isWaiting): lookout.awaitLease(isWaiting)
        case .announceOldest(let us):
            lookout.announceOldest(us: us, writing: writing?.session?.stream?.ring)
        case .arm(let delayMs): arm(afterMs: delayMs)
        case .disarm: disarm()
        case .retire: onIdle?(self)
        }
    }

    /// Nil when it has gone while other commands were carried out; the machine is told that next.
    private func waiting(_ id: TurnID) -> PublishRequest? {
        open[id].flatMap { $0.isWaiting ? $0 : nil }
    }

    private func look(mayTry: Bool) {
        let nowMs = environment.loop.nowMs
        if let session = writing?.session {
            let silentMs = nowMs - min(session.heardMs, nowMs)
            let past = session.stream.map { BroadcastPast($0) }
            handle(.saw(TurnSight(lease: .isHere(silentMs: silentMs), past: past)))
        } else {
            let found = lookout.look(mayTry: mayTry)
            turn = found.turn
            handle(.saw(found.sight))
            turn?.letGo()
            turn = nil
        }
    }

    private func begin(_ request: PublishRequest) {
        guard let turn else { return }
        if let shares, !shares.admits(request, name, turn.stream) {
            return request.fail(.tooManyOwnStreams)
        }
        self.turn = nil
        request.write(
            with: turn.beginning(
                name, request.facts, streams: streams, environment: environment))
    }

    private func resume(_ request: PublishRequest) {
        guard let turn else { return }
        do throws(PublishError) {
            let session = try turn.resuming(
                request.facts, streams: streams, environment: environment)
            self.turn = nil
            request.write(with: session)
        } catch {
            request.fail(error)
        }
    }

    private func takePlace(_ id: TurnID) {
        guard let request = open[id], let bound = request.takePlace() else { return }
        request.fail(.tooManyWait(bound))
    }

    private func arm(afterMs delayMs: UInt64) {
        disarm()
        timer = environment.loop.schedule(afterMs: delayMs) { [weak self] in
            self?.timer = nil
            self?.send(.timer)
        }
    }

    private func disarm() {
        if let timer { environment.loop.cancel(timer) }
        timer = nil
    }
}
