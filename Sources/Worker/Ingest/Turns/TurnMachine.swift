// Decides whose turn it is to write under one name, among the publish requests of one worker. At most
// one writes. The others get their turn in the order of their chunk numbers or, without numbers, of
// their arrival. The writer lease on the ring does the same between workers.
//
// Pure: events come in with the clock, and commands go out. The driver (TurnDriver) carries these out
// after the machine has returned. So the results of a command never reach a machine in the middle of a
// decision.
//
// An event only says that it is worth looking. One look, at most once per turn of the loop, then decides
// for all who wait. So N requests that come or end together cost N, not N times N. A look has two steps,
// since only the driver can see the stream: `.look` goes out, `.saw` comes back.
//
// Invariants, held by the simulation in the tests: each request is answered, begins or resumes once; no
// command names a request that has finished; the timer is set as long as a request waits; no request
// gets a turn after `.shutDown`. A machine lives as long as one of its requests does, and a moment
// longer when it has asked for the lease very often.

import SegmentRing
import Settings

struct TurnMachine: Equatable, Sendable {
    /// The requests that wait.
    var line = TurnLine()
    /// The request whose turn it is; it may not have begun to write yet.
    var writer: TurnRequest?
    /// Requests whose chunk is already in the ring and whose body is still coming.
    private var repeating: Set<TurnID> = []
    /// The chunk whose turn it is, as far as this worker knows, while it is not in the line.
    var wanted: ChunkNumber?
    var givingWay: GivingWay
    /// How often the lease may be tried: each try opens and locks a file, and maps and checks the ring.
    private var pace = TokenBucket(
        atOnce: Limits.leaseTriesAtOnce, intervalUs: 1_000_000 / Limits.leaseTriesPerSecond)
    private var isOutOfTries = false
    /// A request that came when no other was here. A look has to show first whether it needs a place.
    private var newcomer: TurnID?
    private var isShutDown = false
    /// No request is here, and `retire` has been sent.
    private var isRetiring = false

    // The event being handled, and what it leads to.
    var moment: TurnMoment
    private var commands: [TurnCommand] = []
    private var mustLook = false
    /// When the timer has to run out, and when the driver was told to let it.
    private var dueMs: UInt64?
    private var armedMs: UInt64?

    /// - Parameter slot: this worker's number.
    init(slot: Int, moment: TurnMoment) {
        givingWay = GivingWay(slot: slot)
        self.moment = moment
    }

    var isIdle: Bool { writer == nil && line.isEmpty && repeating.isEmpty }

    mutating func handle(_ event: TurnEvent, at moment: TurnMoment) -> [TurnCommand] {
        self.moment = moment
        switch event {
        case .arrived(let request, let isOwners): take(request, isOwners: isOwners)
        case .learned(let id, let glimpse): learn(id, glimpse)
        case .finished(let id): finish(id)
        case .lostRace(let id): loseRace(id)
        case .saw(let sight): take(sight)
        case .bell: if writer == nil { look(withinMs: 0) }
        case .interrupted(let error): if let writer { answer(writer, error) }
        case .timer: runTimer()
        case .shutDown: shutDown()
        }
        if isIdle { becomeIdle() }
        return takeCommands()
    }

    private mutating func takeCommands() -> [TurnCommand] {
        if dueMs != armedMs {
            let nowMs = moment.nowMs
            command(dueMs.map { .arm(afterMs: $0 - min(nowMs, $0)) } ?? .disarm)
            armedMs = dueMs
        }
        if mustLook { command(.look(mayTry: pace.nextAfterMs(nowMs: moment.nowMs) == 0)) }
        mustLook = false
        defer { commands = [] }
        return commands
    }

    func facts(of request: TurnRequest) -> PublishFacts {
        request.facts(nowMs: moment.nowMs, writerConnectionID: writer?.connectionID)
    }

    mutating func command(_ command: TurnCommand) { commands.append(command) }

    // MARK: Requests

    /// Takes a request in. If it is alone, it is looked at before anything else happens; if it is behind
    /// others, together with them, provided that it may wait at all.
    private mutating func take(_ request: TurnRequest, isOwners: Bool) {
        if isShutDown { return command(.answer(request.id, .shuttingDown)) }
        let isAlone = isIdle
        // The request whose chunk is next need not wait, however many do.
        let isNext = request.chunk != nil && request.chunk == wanted
        if !isAlone && !isNext {
            if let bound = bound(for: request, isOwners: isOwners) {
                return command(.answer(request.id, .tooManyWait(bound)))
            }
            command(.takePlace(request.id))
        }
        enter(request)
        if isAlone {
            newcomer = request.id
            mustLook = true
        } else {
            look(withinMs: 0)
        }
    }

    private mutating func enter(_ request: TurnRequest, isFirst: Bool = false) {
        if isRetiring {
            isRetiring = false
            dueMs = nil
        }
        if request.chunk == wanted { wanted = nil }
        line.add(request, isFirst: isFirst)
    }

    /// The bound that keeps it from waiting; nil when it may wait.
    private mutating func bound(for request: TurnRequest, isOwners: Bool) -> WaitingBound? {
        if line.count(ofConnection: request.connectionID) >= Limits.waitingChunksPerConnection {
            return .connection
        }
        guard line.count + repeating.count >= Limits.waitingRequestsPerStream else { return nil }
        // Strangers give way to the owner of the stream.
        guard isOwners,
            let stranger = line.requests.last(where: { $0.identity != request.identity })
        else { return .stream }
        answer(stranger, .tooManyWait(.stream))
        return nil
    }

    private mutating func learn(_ id: TurnID, _ glimpse: BodyGlimpse) {
        let nowMs = moment.nowMs
        let maySettle = line.update(id) { $0.learn(glimpse, nowMs: nowMs) }
        if maySettle == true { look(withinMs: 0) }
    }

    private mutating func finish(_ id: TurnID) {
        if writer?.id == id {
            writer = nil
            look(withinMs: 0)
        } else if repeating.remove(id) == nil, let gone = line.remove(id), gone.chunk == nil {
            // It may have held others up.
            announceOldest()
            look(withinMs: 0)
        }
    }

    /// The next look shows whether the other worker brings the same chunk or another broadcast. It comes
    /// in a moment, not at once, because the other worker may not have finished.
    private mutating func loseRace(_ id: TurnID) {
        guard let loser = writer, loser.id == id else { return }
        writer = nil
        wanted = nil
        enter(loser, isFirst: true)
        waitForMore()
    }

    /// Ends the request with that answer, in any phase.
    mutating func answer(_ request: TurnRequest, _ error: PublishError) {
        command(.answer(request.id, error))
        if writer?.id == request.id {
            writer = nil
            look(withinMs: 0)
        } else {
            line.remove(request.id)
        }
    }

    /// Its chunk is already in the ring.
    mutating func repeatBody(of request: TurnRequest) {
        line.remove(request.id)
        repeating.insert(request.id)
        command(.repeatBody(request.id))
    }

    private mutating func shutDown() {
        isShutDown = true
        if let writer { answer(writer, .shuttingDown) }
        for request in line.requests { answer(request, .shuttingDown) }
        for id in repeating.sorted(by: { $0.number < $1.number }) {
            command(.answer(id, .shuttingDown))
        }
        repeating = []
    }

    // MARK: Looking

    mutating func look(withinMs delayMs: UInt64) {
        guard !line.isEmpty else { return }
        let nextMs = moment.nowMs + delayMs
        dueMs = min(dueMs ?? nextMs, nextMs)
    }

    private mutating func runTimer() {
        dueMs = nil
        armedMs = nil
        isRetiring = false
        mustLook = !line.isEmpty
    }

    private mutating func take(_ sight: TurnSight) {
        if sight.lease.wasTried { _ = pace.take(nowMs: moment.nowMs) }
        if case .wasNotTried = sight.lease { isOutOfTries = true }
        decide(sight)
        if !isIdle { waitForMore() }
        guard let id = newcomer else { return }
        newcomer = nil
        if line.contains(id) || repeating.contains(id) { command(.takePlace(id)) }
    }

    /// Makes sure that the requests that still wait are looked at again.
    private mutating func waitForMore() {
        // Another worker may have the lease that a request here waits for.
        let awaitsLease = writer == nil && !line.isEmpty
        command(.awaitLease(awaitsLease))
        announceOldest()
        look(withinMs: awaitsLease ? retryMs() : Limits.chunkRetryMs)
    }

    /// How long until the next try if nothing is heard; short, if the last try was only one too many.
    private mutating func retryMs() -> UInt64 {
        guard isOutOfTries else { return moment.retryMs }
        isOutOfTries = false
        return max(1, pace.nextAfterMs(nowMs: moment.nowMs))
    }

    /// Tells other workers since when the oldest body that keeps the order of arrival waits here.
    private mutating func announceOldest() {
        command(.announceOldest(us: line.requests.first(where: \.keepsOrder)?.arrivedUs))
    }

    // MARK: The end

    private mutating func becomeIdle() {
        guard !isRetiring else { return }
        isRetiring = true
        newcomer = nil
        command(.awaitLease(false))
        announceOldest()
        // How often the lease was asked for is remembered. Otherwise a client that sends one request
        // after another would get a fresh pace each time.
        let rememberedMs = pace.fullAfterMs(nowMs: moment.nowMs)
        dueMs = rememberedMs > 0 ? moment.nowMs + rememberedMs : nil
        if rememberedMs == 0 { command(.retire) }
    }
}
