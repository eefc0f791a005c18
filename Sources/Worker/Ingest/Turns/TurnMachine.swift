// Decides whose turn it is to write under one name, among the publish requests of one worker. At most one
// writes; the others wait for their turn, which they get in the order of their chunk numbers or, if they
// have none, of their arrival. The writer lease on the ring does the same between workers.
//
// Pure: events come in with the clock, commands go out, and the driver (TurnDriver) carries these out
// after the machine has returned. So nothing that a command brings about can reach a machine that is in
// the middle of a decision.
//
// What happens only says that it is worth looking; one look, at most once per turn of the loop, then
// decides for all who wait. So N requests that come or end together cost N, and not N times N. A look is
// two steps, since only the driver can see the stream: `.look` goes out, `.saw` comes back.
//
// Invariants, held by the simulation in the tests: each request is answered, begins or goes on once;
// no command names a request that has finished; as long as somebody waits, the timer is set; after
// `.shutDown` nobody gets a turn. A machine lives as long as one of its requests does, and a moment
// longer when it has asked for the lease very often.

import SegmentRing
import Settings

struct TurnMachine: Equatable, Sendable {
    /// Who waits.
    var line = TurnLine()
    /// Whose turn it is; it may be no more than about to begin.
    var writer: TurnRequest?
    /// Those whose chunk is in already and whose body is still coming.
    private var repeating: Set<TurnID> = []
    /// The chunk whose turn it is as far as is known here, as long as it is not in the line.
    var wanted: ChunkNumber?
    var givingWay: GivingWay
    private var pace: LeasePace
    private var isOutOfTries = false
    /// It came when nobody was here: whether it needs a place is known when it has been looked at.
    private var newcomer: TurnID?
    private var isShutDown = false
    /// Nobody is here, and that has been seen to.
    private var isRetiring = false

    // Of the event that is being handled, and what it leads to.
    var moment: TurnMoment
    private var commands: [TurnCommand] = []
    private var mustLook = false
    /// When the timer has to run out, and what the driver was told.
    private var dueMs: UInt64?
    private var armedMs: UInt64?

    /// - Parameter slot: this worker's number.
    init(slot: Int, moment: TurnMoment) {
        givingWay = GivingWay(slot: slot)
        pace = LeasePace(atMs: moment.nowMs)
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

    /// Takes a request in. Alone, it is looked at before anything else happens; behind others, together
    /// with them, if it may wait at all.
    private mutating func take(_ request: TurnRequest, isOwners: Bool) {
        if isShutDown { return command(.answer(request.id, .shuttingDown)) }
        let isAlone = isIdle
        // The one that goes next need not wait however many do.
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

    /// Not nil: it may not wait.
    private mutating func bound(for request: TurnRequest, isOwners: Bool) -> WaitingBound? {
        if line.count(ofConnection: request.connectionID) >= Limits.waitingChunksPerConnection {
            return .connection
        }
        guard line.count + repeating.count >= Limits.waitingRequestsPerStream else { return nil }
        // Strangers give way to the one whose stream it is.
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
            // It may have kept others back.
            announceOldest()
            look(withinMs: 0)
        }
    }

    /// Whether the other worker brings the same chunk or another broadcast is seen by the next look. That
    /// is in a moment, not at once, because the other one may not have finished.
    private mutating func loseRace(_ id: TurnID) {
        guard let loser = writer, loser.id == id else { return }
        writer = nil
        wanted = nil
        enter(loser, isFirst: true)
        waitForMore()
    }

    /// It is over with that answer, whatever it was doing.
    mutating func answer(_ request: TurnRequest, _ error: PublishError) {
        command(.answer(request.id, error))
        if writer?.id == request.id {
            writer = nil
            look(withinMs: 0)
        } else {
            line.remove(request.id)
        }
    }

    /// Its chunk is in already.
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

    /// Sees to it that those who still wait are looked at again.
    private mutating func waitForMore() {
        // The lease that a request here waits for may be another worker's.
        let awaitsLease = writer == nil && !line.isEmpty
        command(.awaitLease(awaitsLease))
        announceOldest()
        look(withinMs: awaitsLease ? retryMs() : Limits.chunkRetryMs)
    }

    /// When to try again if nothing is heard; soon, if the last try was only one too many.
    private mutating func retryMs() -> UInt64 {
        guard isOutOfTries else { return moment.retryMs }
        isOutOfTries = false
        return max(1, pace.nextAfterMs(nowMs: moment.nowMs))
    }

    /// Tells other workers since when a body waits here that keeps the order of arrival.
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
        // How often the lease was asked for is remembered: otherwise a client that sends one request
        // after the other would have a fresh pace each time.
        let rememberedMs = pace.fullAfterMs(nowMs: moment.nowMs)
        dueMs = rememberedMs > 0 ? moment.nowMs + rememberedMs : nil
        if rememberedMs == 0 { command(.retire) }
    }
}
