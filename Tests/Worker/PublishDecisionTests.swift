import Settings
import Testing

@testable import Worker

@Suite struct PublishDecisionTests {
    private static let alice: UInt64 = 1
    private static let bob: UInt64 = 2

    private func request(
        _ start: BodyStart = .header, chunk: (UInt64, UInt64)? = nil, from identity: UInt64 = alice,
        takesOver: Bool = false, sharesConnection: Bool = false
    ) -> PublishFacts {
        PublishFacts(
            chunk: chunk.map { ChunkNumber(session: $0.0, number: $0.1) }, start: start,
            identity: identity, wantsTakeOver: takesOver,
            sharesConnectionWithWriter: sharesConnection)
    }

    private func ingest(session: UInt64 = 0, next: UInt64 = 0) -> IngestState {
        IngestState(identity: Self.alice, session: session, nextChunk: next, media: [])
    }

    @Test("nothing is decided before the first bytes say what the body is")
    func unknownStart() {
        #expect(PublishDecision.decide(request(.unknown), .absent) == .wait)
    }

    @Test("a header starts a stream that is not there")
    func beginsAbsent() {
        #expect(PublishDecision.decide(request(), .absent) == .begin)
        #expect(PublishDecision.decide(request(.unknown, chunk: (7, 0)), .absent) == .begin)
    }

    @Test("a later piece of a stream that is not there is refused, or waits for the first one")
    func continuesAbsent() {
        #expect(
            PublishDecision.decide(request(.continuation), .absent)
                == .refuse(.missingInitialization))
        #expect(PublishDecision.decide(request(.unknown, chunk: (7, 3)), .absent) == .wait)
    }

    @Test("a second broadcast is refused while another request writes")
    func heldRefuses() {
        let held = StreamFacts.held(identity: Self.alice, session: 0)
        #expect(PublishDecision.decide(request(), held) == .refuse(.alreadyLive))
        #expect(PublishDecision.decide(request(.continuation), held) == .wait)
    }

    @Test("a second broadcast over the writer's own connection waits for its end")
    func heldOnSameConnection() {
        let held = StreamFacts.held(identity: Self.alice, session: 0)
        #expect(PublishDecision.decide(request(sharesConnection: true), held) == .wait)
    }

    @Test("a take-over over the writer's own connection does not wait")
    func takeOverOnSameConnection() {
        let held = StreamFacts.held(identity: Self.alice, session: 0)
        let request = request(takesOver: true, sharesConnection: true)
        #expect(PublishDecision.decide(request, held) == .takeOver)
    }

    @Test("only the same publisher takes over")
    func takeOver() {
        let held = StreamFacts.held(identity: Self.alice, session: 0)
        #expect(PublishDecision.decide(request(takesOver: true), held) == .takeOver)
        #expect(
            PublishDecision.decide(request(from: Self.bob, takesOver: true), held)
                == .refuse(.alreadyLive))
    }

    @Test("a chunk that is sent again waits for its first try, then takes over from it")
    func retryOfHeldChunk() {
        let held = StreamFacts.held(identity: Self.alice, session: 7, chunk: 5)
        var again = request(.unknown, chunk: (7, 5))
        #expect(PublishDecision.decide(again, held) == .wait)
        again.waitedMs = Limits.deadTryMs
        #expect(PublishDecision.decide(again, held) == .takeOver)
        again.identity = Self.bob
        #expect(PublishDecision.decide(again, held) == .wait)
    }

    @Test("the chunk after the one that is being written waits, however long that takes")
    func nextOfHeldChunk() {
        let held = StreamFacts.held(identity: Self.alice, session: 7, chunk: 5)
        var next = request(.unknown, chunk: (7, 6))
        next.waitedMs = Limits.chunkTurnMs
        #expect(PublishDecision.decide(next, held) == .wait)
    }

    @Test("a retry of the first chunk waits for the try that still runs")
    func heldRetry() {
        let held = StreamFacts.held(identity: Self.alice, session: 7)
        #expect(PublishDecision.decide(request(.unknown, chunk: (7, 0)), held) == .wait)
    }

    @Test(
        "numbered chunks go on, wait or are repeated by their number",
        arguments: [
            (4 as UInt64, PublishDecision.repeated), (5, .resume), (6, .wait),
        ])
    func numbers(_ number: UInt64, _ expected: PublishDecision) {
        let free = StreamFacts.free(state: .live, ingest: ingest(session: 7, next: 5))
        #expect(PublishDecision.decide(request(.unknown, chunk: (7, number)), free) == expected)
    }

    @Test("another numbered broadcast starts with its first chunk")
    func otherSession() {
        let free = StreamFacts.free(state: .paused, ingest: ingest(session: 7, next: 5))
        #expect(PublishDecision.decide(request(.unknown, chunk: (8, 0)), free) == .begin)
        #expect(PublishDecision.decide(request(.unknown, chunk: (8, 1)), free) == .wait)
    }

    @Test("a live numbered broadcast is interrupted only by its publisher, and only on purpose")
    func interruptsSession() {
        let free = StreamFacts.free(state: .live, ingest: ingest(session: 7, next: 5))
        for chunk in [(8 as UInt64, 0 as UInt64), nil] {
            #expect(PublishDecision.decide(request(chunk: chunk), free) == .refuse(.alreadyLive))
            #expect(PublishDecision.decide(request(chunk: chunk, takesOver: true), free) == .begin)
            let stranger = request(chunk: chunk, from: Self.bob, takesOver: true)
            #expect(PublishDecision.decide(stranger, free) == .refuse(.alreadyLive))
        }
    }

    @Test("a chunk whose broadcast does not begin learns that it is not known")
    func unknownSession() {
        var late = request(.unknown, chunk: (8, 4))
        let streams: [StreamFacts] = [
            .absent, .held(identity: Self.alice, session: 7),
            .free(state: .live, ingest: ingest(session: 7, next: 5)),
            .free(state: .paused, ingest: ingest(session: 7, next: 5)),
        ]
        for stream in streams {
            late.waitedMs = 0
            #expect(PublishDecision.decide(late, stream) == .wait)
            late.waitedMs = Limits.unknownSessionMs
            #expect(PublishDecision.decide(late, stream) == .refuse(.unknownSession))
        }
    }

    @Test(
        "a live stream belongs to its publisher between two bodies, a paused one to whoever comes")
    func ownership() {
        for start in [BodyStart.header, .continuation] {
            let live = StreamFacts.free(state: .live, ingest: ingest())
            #expect(
                PublishDecision.decide(request(start, from: Self.bob), live)
                    == .refuse(.alreadyLive))
        }
        let paused = StreamFacts.free(state: .paused, ingest: ingest())
        #expect(PublishDecision.decide(request(from: Self.bob), paused) == .begin)
        #expect(PublishDecision.decide(request(.continuation, from: Self.bob), paused) == .resume)
    }

    @Test("a piece without a number has no place in a numbered broadcast")
    func unnumberedInNumbered() {
        let free = StreamFacts.free(state: .live, ingest: ingest(session: 7, next: 5))
        #expect(PublishDecision.decide(request(.continuation), free) == .refuse(.alreadyLive))
    }

    private func admitted(_ requests: [(PublishFacts, connectionID: UInt64)]) -> [Bool] {
        var order = ArrivalOrder()
        return requests.map { order.admits($0, connectionID: $1) }
    }

    @Test("without numbers, who came first keeps the others back")
    func arrivalOrder() {
        let turns = admitted([
            (request(), 1), (request(), 1), (request(.continuation), 2),
            (request(chunk: (7, 3)), 2),
        ])
        #expect(turns == [true, false, false, true])
    }

    @Test("a body that has not begun keeps back only its own connection")
    func silentBody() {
        let turns = admitted([
            (request(.unknown), 1), (request(), 1), (request(), 2), (request(), 3),
        ])
        #expect(turns == [true, false, true, false])
    }
}
