// Whose turn it is, step by step. Decisions about one request are PublishDecisionTests' matter.

import SegmentRing
import Settings
import StreamState
import Testing

@testable import Ingest

/// A machine, and what it has asked for.
private struct Bench {
    static let alice: UInt64 = 1
    static let bob: UInt64 = 2

    var machine: TurnMachine
    var nowMs: UInt64 = 1_000
    private var count: UInt64 = 0

    init(slot: Int = 0) {
        machine = TurnMachine(slot: slot, moment: TurnMoment(nowMs: 1_000, retryMs: 50))
    }

    mutating func send(_ event: TurnEvent) -> [TurnCommand] {
        machine.handle(event, at: TurnMoment(nowMs: nowMs, retryMs: 50))
    }

    mutating func request(
        chunk: (UInt64, UInt64)? = nil, from identity: UInt64 = alice, connection: UInt64 = 1,
        start: BodyStart = .header, takesOver: Bool = false, hasLength: Bool = false
    ) -> TurnRequest {
        count += 1
        return TurnRequest(
            id: TurnID(number: count),
            facts: PublishFacts(
                chunk: chunk.map { ChunkNumber(session: $0.0, number: $0.1) }, start: start,
                identity: identity, wantsTakeOver: takesOver, sharesConnectionWithWriter: false,
                hasLength: hasLength),
            connectionID: connection, arrivedMs: nowMs, arrivedUs: nowMs * 1_000 + count,
            glimpse: BodyGlimpse(start: start, hasBegun: start != .unknown))
    }

    mutating func arrive(_ request: TurnRequest, isOwners: Bool = false) -> [TurnCommand] {
        send(.arrived(request, isOwners: isOwners))
    }

    /// The timer runs out, and the stream looks like that.
    mutating func look(_ lease: TurnSight.Lease, past: BroadcastPast? = nil) -> [TurnCommand] {
        let asked = send(.timer)
        guard case .look = asked.last else { return asked }
        return send(.saw(TurnSight(lease: lease, past: past)))
    }

    /// Somebody writes, who came alone.
    mutating func begin(_ request: TurnRequest) {
        _ = arrive(request)
        _ = send(.saw(TurnSight(lease: .absent)))
    }

    static func free(session: UInt64 = 0, next: UInt64 = 0) -> TurnSight.Lease {
        .isFree(
            .free(
                state: .live,
                ingest: IngestState(
                    identity: alice, session: session, nextChunk: next, media: [])))
    }
}

extension [TurnCommand] {
    /// Who is answered, and how.
    fileprivate var answers: [TurnID: PublishError] {
        reduce(into: [:]) { answers, command in
            if case .answer(let id, let error) = command { answers[id] = error }
        }
    }
}

@Suite struct TurnMachineTests {
    private var bench = Bench()

    @Test("a request that comes alone is looked at at once, and begins without a place")
    mutating func alone() {
        let request = bench.request()
        #expect(bench.arrive(request) == [.look(mayTry: true)])
        #expect(
            bench.send(.saw(TurnSight(lease: .absent))) == [
                .begin(request.id), .awaitLease(false), .announceOldest(us: nil),
            ])
        #expect(bench.machine.writer == request)
    }

    @Test("one that comes alone and has to wait takes a place, says that it waits, and looks again")
    mutating func waitsAlone() {
        let request = bench.request(chunk: (7, 3))
        _ = bench.arrive(request)
        #expect(
            bench.send(.saw(TurnSight(lease: .absent))) == [
                .awaitLease(true), .announceOldest(us: nil), .takePlace(request.id),
                .arm(afterMs: 50),
            ])
    }

    @Test("what comes while somebody writes is looked at together, once")
    mutating func together() {
        bench.begin(bench.request(chunk: (7, 0)))
        let second = bench.request(chunk: (7, 1))
        #expect(bench.arrive(second) == [.arm(afterMs: 0)])
        let third = bench.request(chunk: (7, 2))
        #expect(bench.arrive(third) == [.takePlace(third.id)])
        #expect(bench.send(.timer) == [.look(mayTry: true)])
    }

    @Test("when the writer has finished, the next chunk has its turn and later ones wait")
    mutating func next() {
        let first = bench.request(chunk: (7, 0))
        bench.begin(first)
        let third = bench.request(chunk: (7, 2))
        let second = bench.request(chunk: (7, 1))
        _ = bench.arrive(third)
        _ = bench.arrive(second)
        _ = bench.look(.isHere(silentMs: 0))
        #expect(bench.send(.finished(first.id)) == [.arm(afterMs: 0)])
        let commands = bench.look(Bench.free(session: 7, next: 1))
        #expect(commands.first == .resume(second.id))
        #expect(bench.machine.line.requests == [third])
    }

    @Test("a chunk that is in already is repeated, and does not keep others from their turn")
    mutating func repeated() {
        let again = bench.request(chunk: (7, 0))
        _ = bench.arrive(again)
        let seen = TurnSight(lease: Bench.free(session: 7, next: 1))
        let commands = bench.send(.saw(seen))
        #expect(commands.contains(.repeatBody(again.id)))
        #expect(commands.contains(.takePlace(again.id)))
        let next = bench.request(chunk: (7, 1))
        _ = bench.arrive(next)
        #expect(bench.look(Bench.free(session: 7, next: 1)).first == .resume(next.id))
        #expect(bench.send(.finished(next.id)) == [])
        #expect(!bench.machine.isIdle)
    }

    @Test("more than a connection's part may not wait, except the chunk that is wanted")
    mutating func connectionBound() {
        bench.begin(bench.request(chunk: (7, 0)))
        for number in 2..<2 + UInt64(Limits.waitingChunksPerConnection) {
            let commands = bench.arrive(bench.request(chunk: (7, number)))
            #expect(commands.answers.isEmpty)
        }
        let over = bench.request(chunk: (7, 99))
        #expect(bench.arrive(over).answers == [over.id: .tooManyWait(.connection)])
        let other = bench.request(chunk: (7, 99), connection: 2)
        #expect(bench.arrive(other).contains(.takePlace(other.id)))
        let wanted = bench.request(chunk: (7, 1))
        #expect(bench.arrive(wanted) == [])
        #expect(bench.machine.line.contains(wanted.id))
    }

    @Test("strangers give way to the one whose stream it is, others are refused")
    mutating func streamBound() {
        bench.begin(bench.request(chunk: (7, 0)))
        var strangers: [TurnRequest] = []
        for number in 0..<UInt64(Limits.waitingRequestsPerStream) {
            let stranger = bench.request(
                chunk: (8, number), from: Bench.bob, connection: 100 + number)
            strangers.append(stranger)
            _ = bench.arrive(stranger)
        }
        let another = bench.request(chunk: (8, 99), from: Bench.bob, connection: 99)
        #expect(bench.arrive(another).answers == [another.id: .tooManyWait(.stream)])
        let own = bench.request(chunk: (7, 5))
        #expect(
            bench.arrive(own, isOwners: true).answers == [
                strangers[strangers.count - 1].id: .tooManyWait(.stream)
            ])
        #expect(bench.machine.line.contains(own.id))
    }

    @Test("a take-over stops the writer here, and has its turn in the next look")
    mutating func takeOverHere() {
        let old = bench.request()
        bench.begin(old)
        let new = bench.request(takesOver: true)
        _ = bench.arrive(new)
        let commands = bench.look(.isHere(silentMs: 0))
        #expect(commands.answers == [old.id: .takenOver])
        #expect(commands.last == .arm(afterMs: 0))
        // That it has finished is said when the command has been carried out; nothing follows.
        #expect(bench.send(.finished(old.id)) == [])
        #expect(bench.look(Bench.free()).first == .begin(new.id))
    }

    @Test("a take-over asks the writer in another worker to stop, and waits")
    mutating func takeOverElsewhere() {
        let new = bench.request(takesOver: true)
        _ = bench.arrive(new)
        let writer = WriterFacts(identity: Bench.alice)
        let commands = bench.send(
            .saw(TurnSight(lease: .isElsewhere(writer, isOver: false))))
        #expect(commands.contains(.takeOver))
        #expect(commands.answers.isEmpty)
        #expect(bench.machine.line.requests.map(\.id) == [new.id])
    }

    @Test("a second broadcast is refused a moment after it came, not at once")
    mutating func refusedLater() {
        let writer = WriterFacts(identity: Bench.bob)
        let stranger = bench.request()
        _ = bench.arrive(stranger)
        let seen = TurnSight.Lease.isElsewhere(writer, isOver: false)
        #expect(bench.send(.saw(TurnSight(lease: seen))).answers.isEmpty)
        bench.nowMs += Limits.newBroadcastTurnMs
        #expect(bench.look(seen).answers == [stranger.id: .alreadyLive])
        #expect(bench.machine.isIdle)
    }

    @Test("one that has waited as long as one may is told what is missing")
    mutating func overdue() {
        let late = bench.request(chunk: (7, 3))
        _ = bench.arrive(late)
        let seen = Bench.free(session: 7, next: 1)
        _ = bench.send(.saw(TurnSight(lease: seen)))
        bench.nowMs += Limits.chunkTurnMs
        #expect(bench.look(seen).answers == [late.id: .chunkGap(expectedChunk: 1)])
    }

    @Test("a request that has lost the race for a ring goes first, and looks in a moment")
    mutating func lostRace() {
        let loser = bench.request()
        bench.begin(loser)
        let other = bench.request()
        _ = bench.arrive(other)
        #expect(bench.send(.lostRace(loser.id)).contains(.awaitLease(true)))
        #expect(bench.machine.writer == nil)
        #expect(bench.machine.line.requests.map(\.id) == [loser.id, other.id])
    }

    @Test("a body gives way to one that came earlier to another worker, for a moment")
    mutating func givesWay() {
        bench.machine = TurnMachine(slot: 3, moment: TurnMoment(nowMs: 1_000, retryMs: 50))
        let mine = bench.request(start: .continuation)
        _ = bench.arrive(mine)
        let sight = TurnSight(
            lease: Bench.free(), elsewhere: [BodyElsewhere(slot: 1, arrivedUs: mine.arrivedUs - 1)])
        #expect(bench.send(.saw(sight)).contains(.ring(slots: 0b10)))
        #expect(bench.machine.writer == nil)
        bench.nowMs += Limits.giveWayMs
        _ = bench.send(.timer)
        #expect(bench.send(.saw(sight)).first == .resume(mine.id))
    }

    @Test("a body that says nothing keeps back only what comes over its own connection")
    mutating func silentBody() {
        bench.begin(bench.request(chunk: (7, 0)))
        let silent = bench.request(start: .unknown)
        let behind = bench.request()
        let other = bench.request(connection: 2)
        for request in [silent, behind, other] { _ = bench.arrive(request) }
        _ = bench.send(.finished(TurnID(number: 1)))
        #expect(bench.look(.absent).first == .begin(other.id))
        _ = bench.send(.finished(other.id))
        // It begins after all.
        _ = bench.send(
            .learned(silent.id, BodyGlimpse(start: .header, hasBegun: true)))
        #expect(bench.look(.absent).first == .begin(silent.id))
    }

    @Test("bytes that tell nothing new lead to no look")
    mutating func nothingNew() {
        bench.begin(bench.request())
        let waiting = bench.request(start: .unknown)
        _ = bench.arrive(waiting)
        _ = bench.look(.isHere(silentMs: 0))
        let glimpse = BodyGlimpse(start: .unknown, hasBegun: true)
        #expect(bench.send(.learned(waiting.id, glimpse)) == [])
        #expect(
            bench.send(.learned(waiting.id, BodyGlimpse(start: .header, hasBegun: true)))
                == [.arm(afterMs: 0)])
    }

    @Test("a bell leads to a look only when nobody writes here")
    mutating func bell() {
        let first = bench.request(chunk: (7, 3))
        _ = bench.arrive(first)
        _ = bench.send(.saw(TurnSight(lease: .absent)))
        #expect(bench.send(.bell) == [.arm(afterMs: 0)])
        bench = Bench()
        bench.begin(bench.request())
        _ = bench.arrive(bench.request(connection: 2))
        _ = bench.look(.isHere(silentMs: 0))
        #expect(bench.send(.bell) == [])
    }

    @Test("a writer that has to stop is told why, and the next one is looked at")
    mutating func interrupted() {
        let writer = bench.request()
        bench.begin(writer)
        let next = bench.request()
        _ = bench.arrive(next)
        let commands = bench.send(.interrupted(.streamEnded))
        #expect(commands.answers == [writer.id: .streamEnded])
        #expect(bench.look(.absent).first == .begin(next.id))
    }

    @Test(
        "a ring that cannot be written is everybody's answer, one that makes way is looked at again"
    )
    mutating func brokenRing() {
        let first = bench.request(chunk: (7, 3))
        _ = bench.arrive(first)
        let commands = bench.send(.saw(TurnSight(lease: .makesWay(isDone: true))))
        #expect(commands.last == .arm(afterMs: 0))
        #expect(bench.look(.failed(.noSpace)).answers == [first.id: .ring(.noSpace)])
        #expect(bench.machine.isIdle)
    }

    @Test("after so many tries at once the lease is left alone until the next is due")
    mutating func outOfTries() {
        let waiting = bench.request(chunk: (7, 3))
        _ = bench.arrive(waiting)
        let seen = TurnSight(lease: Bench.free(session: 7, next: 1))
        _ = bench.send(.saw(seen))
        for _ in 1..<Limits.leaseTriesAtOnce {
            _ = bench.send(.bell)
            #expect(bench.send(.timer) == [.look(mayTry: true)])
            _ = bench.send(.saw(seen))
        }
        _ = bench.send(.bell)
        #expect(bench.send(.timer) == [.look(mayTry: false)])
        let commands = bench.send(.saw(TurnSight(lease: .wasNotTried)))
        #expect(commands.last == .arm(afterMs: 1_000 / Limits.leaseTriesPerSecond))
    }

    @Test("a machine is kept until nothing has to be remembered, and gives up its timer")
    mutating func retires() {
        let only = bench.request(chunk: (7, 0))
        _ = bench.arrive(only)
        _ = bench.send(.saw(TurnSight(lease: Bench.free(session: 7, next: 0))))
        let intervalMs = 1_000 / Limits.leaseTriesPerSecond
        #expect(
            bench.send(.finished(only.id)) == [
                .awaitLease(false), .announceOldest(us: nil), .arm(afterMs: intervalMs),
            ])
        bench.nowMs += intervalMs
        #expect(bench.send(.timer).last == .retire)
    }

    @Test("all are answered at a shutdown, and nobody has a turn after it")
    mutating func shutsDown() {
        let writer = bench.request()
        bench.begin(writer)
        let waiting = bench.request()
        _ = bench.arrive(waiting)
        let commands = bench.send(.shutDown)
        #expect(commands.answers == [writer.id: .shuttingDown, waiting.id: .shuttingDown])
        #expect(bench.machine.isIdle)
        let late = bench.request()
        #expect(bench.arrive(late) == [.answer(late.id, .shuttingDown)])
    }

    @Test("what is said of a request that is over changes nothing")
    mutating func lateNews() {
        let writer = bench.request()
        bench.begin(writer)
        let before = bench.machine
        for event in [
            TurnEvent.finished(TurnID(number: 99)), .lostRace(TurnID(number: 99)),
            .learned(TurnID(number: 99), BodyGlimpse()),
        ] {
            #expect(bench.send(event) == [])
        }
        #expect(bench.machine == before)
    }
}

@Suite struct GivingWayTests {
    @Test(
        "who came later gives way, and of two that came at once, the one in the later worker",
        arguments: [
            // When bodies in workers 0, 2 and 5 came, and which of them go before one of 100.
            ([], 0), ([(0, 101), (2, 101), (5, 101)], 0),
            ([(0, 99), (2, 101), (5, 101)], 1), ([(0, 101), (2, 99), (5, 1)], 0b10_0100),
            ([(0, 100)], 1), ([(2, 100), (5, 100)], 0),
        ] as [([(Int, UInt64)], UInt64)])
    func order(_ others: [(Int, UInt64)], _ expected: UInt64) {
        var mine = GivingWay(slot: 1)
        let others = others.map { BodyElsewhere(slot: $0.0, arrivedUs: $0.1) }
        #expect(mine.slotsBefore(100, among: others, nowMs: 0) == expected)
    }

    @Test("each of those before it has its own time to take its turn, and no more")
    func patience() {
        var mine = GivingWay(slot: 1)
        var other = [BodyElsewhere]()
        for number in 1...3 as ClosedRange<UInt64> {
            other = [BodyElsewhere(slot: 0, arrivedUs: number)]
            let sinceMs = number * Limits.giveWayMs
            #expect(mine.slotsBefore(100, among: other, nowMs: sinceMs) != 0)
            let lastMs = sinceMs + Limits.giveWayMs - 1
            #expect(mine.slotsBefore(100, among: other, nowMs: lastMs) != 0)
        }
        #expect(mine.slotsBefore(100, among: other, nowMs: 4 * Limits.giveWayMs) == 0)
        // Somebody has written meanwhile.
        mine.leaseIsHeld()
        #expect(mine.slotsBefore(100, among: other, nowMs: 5 * Limits.giveWayMs) != 0)
    }
}

@Suite struct BroadcastPastTests {
    @Test(
        "a chunk of a broadcast that is over is told why",
        arguments: [
            // Identity and session of what the name has, why that is over, and what is told to a
            // chunk of session 7 of identity 1.
            (nil, nil, nil),
            ((1, 7), .stopped, .stopped),
            ((1, 7), .silent, .silent),
            ((1, 7), nil, nil),
            ((1, 8), nil, .takenOver),
            ((1, 8), .stopped, .takenOver),
            ((1, 0), nil, .takenOver),
            ((2, 7), .stopped, nil),
            ((2, 8), nil, nil),
        ] as [((UInt64, UInt64)?, EndReason?, EndReason?)])
    func over(_ publisher: (UInt64, UInt64)?, _ ended: EndReason?, _ expected: EndReason?) {
        let past = publisher.map {
            BroadcastPast(
                publisher: PublisherKey(identity: $0.0, session: $0.1), ended: ended)
        }
        let reason = past?.whyOver(PublisherKey(identity: 1, session: 7))
        #expect(reason == expected)
    }
}
