// A world for the machine of turns: a stream that several workers share, publishers of every kind, and a
// clock that only the world moves. What happens follows from a seed. It knows by itself what was written,
// and notes whatever a machine does that should not be.

import SegmentRing
import Settings
import StreamState

@testable import Ingest

/// Numbers that follow from a seed (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func percent(_ chance: UInt64) -> Bool { next() % 100 < chance }

    mutating func number(_ range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + next() % (range.upperBound - range.lowerBound + 1)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[Int(next() % UInt64(elements.count))]
    }
}

/// One request, as its client and its worker know it.
final class SimulatedBody {
    enum Phase: Equatable {
        case waiting
        /// `hasRing`: its header has been accepted, or it goes on.
        case writing(hasRing: Bool)
        case repeating
        case accepted
        case refused(PublishError)
        case gone
    }

    let id: TurnID
    let facts: PublishFacts
    let connectionID: UInt64
    let arrivedUs: UInt64
    let bornMs: UInt64
    /// How it will turn out to begin; nil: it never says.
    let start: BodyStart?
    /// It brings nothing after it has begun.
    let isSilent: Bool
    var glimpse = BodyGlimpse()
    var stepsLeft: UInt64
    var phase = Phase.waiting
    var heardMs: UInt64
    var hasLostRace = false

    init(
        id: TurnID, facts: PublishFacts, connectionID: UInt64, arrivedUs: UInt64, bornMs: UInt64,
        start: BodyStart?, isSilent: Bool, steps: UInt64
    ) {
        self.id = id
        self.facts = facts
        self.connectionID = connectionID
        self.arrivedUs = arrivedUs
        self.bornMs = bornMs
        self.start = start
        self.isSilent = isSilent
        stepsLeft = steps
        heardMs = bornMs
    }

    var isOpen: Bool {
        switch phase {
        case .waiting, .writing, .repeating: true
        case .accepted, .refused, .gone: false
        }
    }

    var isWriting: Bool { if case .writing = phase { true } else { false } }

    /// More of it comes. One that never says how it begins may stop after its first byte.
    func learn() {
        if start != nil || id.number.isMultiple(of: 2) {
            glimpse = BodyGlimpse(start: start ?? .unknown, hasBegun: true)
        }
    }
}

/// What all workers see of the stream.
struct SimulatedRing {
    var ingest: IngestState
    var publisher: PublisherKey
    /// The worker that has the lease.
    var holder: Int?
    var writerChunk: UInt64?
    var writerHasLength = false
    var writerHeardMs: UInt64
    var lastIngestMs: UInt64
    var pausedSinceMs: UInt64 = 0
    var endedAtMs: UInt64 = 0
    var reason: EndReason?
    var waiting: Set<Int> = []
    var oldestUs: [Int: UInt64] = [:]
    /// Chunks of this broadcast that were written to their end, in that order.
    var written: [UInt64] = []

    func state(_ nowMs: UInt64) -> StreamState {
        StreamTimes(
            lastIngestMs: lastIngestMs, pausedSinceMs: pausedSinceMs, endedAtMs: endedAtMs
        ).state(nowMs: nowMs, graceMs: TurnWorld.graceMs)
    }

    func past(_ nowMs: UInt64) -> BroadcastPast {
        let isOver = state(nowMs) == .ended
        return BroadcastPast(publisher: publisher, ended: isOver ? reason ?? .silent : nil)
    }
}

/// Who sends: an encoder with its bodies one after the other, or a page with numbered chunks.
struct SimulatedPublisher {
    let identity: UInt64
    let connections: ClosedRange<UInt64>
    let isNumbered: Bool
    var session: UInt64
    var accepted: Set<UInt64> = []
}

final class TurnWorld {
    static let graceMs: UInt64 = 15_000
    static let startMs: UInt64 = 1_000_000

    let seed: UInt64
    /// Whether to keep what happens in words, which takes most of the time.
    let isTraced: Bool
    var dice: Dice
    var nowMs = TurnWorld.startMs
    var ring: SimulatedRing?
    private(set) var workers: [SimulatedWorker] = []
    private var publishers: [SimulatedPublisher] = []
    /// Doorbells on their way.
    private var bells: [(atMs: UInt64, worker: Int)] = []
    private var bodyCount: UInt64 = 0
    private(set) var trace: [String] = []
    private(set) var violations: [String] = []
    private(set) var happened: Set<String> = []
    /// Everything that was ever sent.
    private(set) var bodies: [SimulatedBody] = []
    // How often what happens, different for each seed.
    private let arrivals: UInt64
    private let silence: UInt64
    private let deaths: UInt64

    init(seed: UInt64, isTraced: Bool = false) {
        self.seed = seed
        self.isTraced = isTraced
        dice = Dice(seed: seed)
        arrivals = dice.number(2...60)
        silence = dice.number(0...30)
        deaths = dice.number(0...15)
        let workerCount = Int(dice.number(1...3))
        for number in 1...dice.number(1...4) {
            let identity = dice.percent(60) ? 1 : number
            publishers.append(
                SimulatedPublisher(
                    identity: identity, connections: number * 10...number * 10 + dice.number(0...9),
                    isNumbered: dice.percent(50), session: number))
        }
        for slot in 0..<workerCount { workers.append(SimulatedWorker(slot: slot, world: self)) }
    }

    func note(_ line: @autoclosure () -> String) {
        guard isTraced else { return }
        trace.append("\(nowMs - Self.startMs): \(line())")
        if trace.count > 80 { trace.removeFirst() }
    }

    func require(_ isRight: Bool, _ what: @autoclosure () -> String) {
        guard !isRight else { return }
        note("VIOLATION \(what())")
        violations.append(what())
    }

    /// What has happened at all, so that a test can tell that everything does.
    func count(_ what: String) { happened.insert(what) }

    func count(_ command: TurnCommand) {
        guard isTraced else { return }
        // Its case, without the values.
        let name = "\(command)".prefix { $0 != "(" }
        happened.insert(String(name))
        guard case .answer(_, let error) = command else { return }
        happened.insert("answer \("\(error)".prefix { $0 != "(" })")
    }

    func ringBell(of worker: Int) {
        bells.append(
            (nowMs + (dice.percent(80) ? dice.number(0...3) : dice.number(0...80)), worker))
    }

    // MARK: Running

    /// So many things happen, then nothing new comes and all that is there ends.
    func run(steps: Int) {
        for _ in 0..<steps where violations.isEmpty { step() }
        if dice.percent(30), let worker = dice.pick(workers) { worker.shutDown() }
        settle()
    }

    private func step() {
        pass(dice.percent(97) ? dice.number(0...40) : dice.number(40...6_000))
        if dice.percent(arrivals) { send() }
        for body in bodies.filter(\.isOpen) where dice.percent(20) { move(body) }
        if dice.percent(deaths), let body = dice.pick(bodies.filter(\.isOpen)) { close(body) }
        guard dice.percent(3) else { return }
        switch dice.number(0...4) {
        case 0: end(.stopped)
        case 1: dice.pick(workers)?.die()
        case 2: if ring?.state(nowMs) == .ended, ring?.holder == nil { ring = nil }
        case 3: if dice.percent(20) { dice.pick(workers)?.shutDown() }
        default: break
        }
    }

    /// As long as it takes until the longest patience has run out.
    private func settle() {
        let endMs = nowMs + 120_000
        while nowMs < endMs, violations.isEmpty {
            pass(50)
            for body in bodies.filter(\.isOpen) { move(body) }
            if bodies.allSatisfy({ !$0.isOpen }) && workers.allSatisfy(\.isRetired) { break }
        }
        for body in bodies where body.isOpen {
            require(false, "body \(body.id.number) was never answered: \(body.phase)")
        }
        for worker in workers { worker.requireNothingIsLeft() }
    }

    private func pass(_ milliseconds: UInt64) {
        nowMs += milliseconds
        let due = bells.filter { $0.atMs <= nowMs }
        bells.removeAll { $0.atMs <= nowMs }
        for bell in due { workers[bell.worker].bellRang() }
        for worker in workers { worker.runTimer() }
        noteEnd()
        // Clocks and timers of this world may jump by some seconds.
        for body in bodies where body.phase == .waiting && body.facts.chunk != nil {
            require(
                nowMs < body.bornMs + Limits.chunkTurnMs + 15_000,
                "chunk \(body.id.number) waits for ever")
        }
    }

    private func noteEnd() {
        guard let ring, ring.endedAtMs == 0, ring.state(nowMs) == .ended else { return }
        end(ring.pausedSinceMs == 0 ? .silent : .gone)
    }

    private func end(_ reason: EndReason) {
        guard ring != nil, ring?.endedAtMs == 0 else { return }
        note("the stream ends: \(reason)")
        ring?.endedAtMs = nowMs
        ring?.reason = reason
        for worker in workers { ringBell(of: worker.slot) }
    }

    // MARK: Clients

    private func send() {
        let index = Int(dice.next() % UInt64(publishers.count))
        let publisher = publishers[index]
        let open = bodies.filter { $0.isOpen && $0.facts.identity == publisher.identity }
        var facts = PublishFacts(
            chunk: nil, start: .unknown, identity: publisher.identity,
            wantsTakeOver: dice.percent(8), sharesConnectionWithWriter: false,
            hasLength: dice.percent(50))
        if publisher.isNumbered {
            let next = (0...).first { !publisher.accepted.contains($0) } ?? 0
            let number = dice.percent(70) ? next : dice.number(0...next + 7)
            facts.chunk = ChunkNumber(session: publisher.session, number: number)
        } else if open.count > 3, dice.percent(60) {
            return
        }
        let start: BodyStart? =
            dice.percent(3) ? nil : dice.percent(open.isEmpty ? 70 : 30) ? .header : .continuation
        bodyCount += 1
        let body = SimulatedBody(
            id: TurnID(number: bodyCount), facts: facts,
            connectionID: dice.number(publisher.connections), arrivedUs: nowMs * 1_000 + bodyCount,
            bornMs: nowMs, start: start, isSilent: dice.percent(silence),
            steps: dice.number(1...6))
        if dice.percent(60) { body.learn() }
        bodies.append(body)
        guard let worker = dice.pick(workers) else { return }
        note("body \(bodyCount) to \(worker.slot): \(facts), \(String(describing: start))")
        worker.take(body)
    }

    /// Something comes of it, or it is found dead.
    private func move(_ body: SimulatedBody) {
        guard let worker = workers.first(where: { $0.has(body) }) else {
            return require(!body.isOpen, "body \(body.id.number) is nowhere")
        }
        switch body.phase {
        case .waiting:
            if body.start == nil, nowMs > body.bornMs + 30_000 { return close(body) }
            let before = body.glimpse
            body.learn()
            guard body.glimpse != before else { return }
            worker.send(.learned(body.id, body.glimpse))
        case .writing(let hasRing):
            let patienceMs = hasRing ? Limits.publisherSilenceMs + Self.graceMs : 10_000
            let isStuck = body.isSilent && (hasRing || body.id.number % 4 == 0)
            guard isStuck else { return worker.write(body) }
            if nowMs > body.heardMs + patienceMs { worker.giveUp(body, .stalled) }
        case .repeating:
            guard body.isSilent else { return worker.finishRepeated(body) }
            if nowMs > body.heardMs + Limits.repeatedChunkMs { worker.giveUp(body, .stalled) }
        case .accepted, .refused, .gone: break
        }
    }

    private func close(_ body: SimulatedBody) {
        note("the client of body \(body.id.number) goes")
        workers.first { $0.has(body) }?.close(body)
    }

    /// The client is answered.
    func answered(_ body: SimulatedBody) {
        guard let index = publishers.firstIndex(where: { $0.session == body.facts.chunk?.session })
        else { return }
        switch body.phase {
        case .accepted:
            if let number = body.facts.chunk?.number { publishers[index].accepted.insert(number) }
        case .refused(.broadcastOver), .refused(.alreadyLive), .refused(.streamEnded):
            publishers[index].session += 100
            publishers[index].accepted = []
        default: break
        }
    }
}
