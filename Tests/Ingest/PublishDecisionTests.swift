import Settings
import Testing

@testable import Ingest

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

    /// A request of Alice, or somebody else, writes.
    private func held(
        by identity: UInt64 = alice, session: UInt64 = 0, chunk: UInt64? = nil,
        silentMs: UInt64 = 0, hasLength: Bool = false
    ) -> StreamFacts {
        .held(
            WriterFacts(
                identity: identity, session: session, chunk: chunk, silentMs: silentMs,
                hasLength: hasLength))
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

    @Test("a stranger's broadcast is refused while another request writes, however silent that is")
    func heldRefuses() {
        for silentMs in [0, Limits.takeOverSilenceMs, 3_600_000] {
            var stranger = request(from: Self.bob)
            for waitedMs in [0, Limits.takeOverSilenceMs, Limits.chunkTurnMs] {
                stranger.waitedMs = waitedMs
                let decision = PublishDecision.decide(stranger, held(silentMs: silentMs))
                #expect(decision == .refuse(.alreadyLive))
                stranger.start = .continuation
                #expect(PublishDecision.decide(stranger, held(silentMs: silentMs)) == .wait)
                stranger.start = .header
            }
        }
    }

    @Test(
        "a new header takes over from a writer of its publisher that is silent, not from one that moves",
        arguments: [
            // For how long the request has waited and the writer brought nothing, whether that's body
            // has a length, the writer's session, and what follows.
            (0, 0, false, 0, .wait),
            // What came a moment after the request may have been on its way when the connection died.
            (1_999, 1_700, false, 0, .wait),
            (1_999, 1_999, false, 0, .wait),
            (0, 2_000, false, 0, .takeOver),
            (2_000, 2_000, false, 0, .takeOver),
            (0, 600_000, false, 0, .takeOver),
            (0, 2_000, true, 0, .takeOver),
            (0, 2_000, false, 7, .takeOver),
            // The one that writes may be finishing.
            (1_999, 0, false, 0, .wait),
            // It lives: a second encoder.
            (2_000, 0, false, 0, .refuse(.alreadyLive)),
            (9_999, 1_500, false, 0, .refuse(.alreadyLive)),
            // Its end is in sight: the next body of the same encoder.
            (2_000, 0, true, 0, .wait),
            (60_000, 0, true, 0, .wait),
            // Numbered chunks: it is another broadcast, and the first one goes on.
            (299, 0, false, 7, .wait),
            (300, 0, false, 7, .refuse(.alreadyLive)),
            (300, 0, true, 7, .refuse(.alreadyLive)),
            (300, 1, false, 7, .wait),
            (2_299, 1_999, false, 7, .refuse(.alreadyLive)),
        ] as [(UInt64, UInt64, Bool, UInt64, PublishDecision)])
    func silentWriter(
        _ waitedMs: UInt64, _ silentMs: UInt64, _ hasLength: Bool, _ session: UInt64,
        _ expected: PublishDecision
    ) {
        var again = request()
        again.waitedMs = waitedMs
        let writer = held(session: session, silentMs: silentMs, hasLength: hasLength)
        #expect(PublishDecision.decide(again, writer) == expected)
        again.identity = Self.bob
        #expect(PublishDecision.decide(again, writer) == .refuse(.alreadyLive))
    }

    @Test(
        "the next body of a broadcast waits for the one before it as long as that is not silent",
        arguments: [
            (0, .wait), (Limits.takeOverSilenceMs, .wait),
            (Limits.publisherSilenceMs - 1, .wait), (Limits.publisherSilenceMs, .takeOver),
        ] as [(UInt64, PublishDecision)])
    func nextBody(_ silentMs: UInt64, _ expected: PublishDecision) {
        var next = request(.continuation)
        next.waitedMs = 3_600_000
        #expect(PublishDecision.decide(next, held(silentMs: silentMs)) == expected)
    }

    @Test(
        "only a body without a number outwaits the patience with others, and only behind its own",
        arguments: [
            (.continuation, nil, alice, 4_999, false, true),
            (.continuation, nil, alice, 5_000, false, false),
            (.continuation, nil, bob, 0, true, false),
            (.continuation, 3, alice, 0, true, false),
            (.header, nil, alice, 0, false, false),
            (.header, nil, alice, 0, true, true),
            (.unknown, nil, alice, 0, true, false),
        ] as [(BodyStart, UInt64?, UInt64, UInt64, Bool, Bool)])
    func outwaits(
        _ start: BodyStart, _ chunk: UInt64?, _ identity: UInt64, _ silentMs: UInt64,
        _ hasLength: Bool, _ expected: Bool
    ) {
        let facts = request(start, chunk: chunk.map { (7, $0) }, from: identity)
        #expect(facts.outwaits(held(silentMs: silentMs, hasLength: hasLength)) == expected)
    }

    @Test("a body whose turn is about to come is not sent away for having waited long")
    func turnIsNear() {
        let free = StreamFacts.free(state: .live, ingest: ingest())
        #expect(request(.continuation).outwaits(free))
        #expect(!request(.continuation, from: Self.bob).outwaits(free))
        #expect(!request(.continuation, chunk: (7, 3)).outwaits(free))
        #expect(!request(.continuation).outwaits(.absent))
    }

    @Test("who has made a silent writer of a numbered broadcast stop may begin at once")
    func replaces() {
        var again = request()
        again.replacedSession = 7
        let free = StreamFacts.free(state: .live, ingest: ingest(session: 7, next: 5))
        #expect(PublishDecision.decide(again, free) == .begin)
        // Not another broadcast that has come meanwhile.
        again.replacedSession = 8
        again.waitedMs = Limits.takeOverSilenceMs
        #expect(PublishDecision.decide(again, free) == .refuse(.alreadyLive))
    }

    @Test(
        "a live numbered broadcast may be between two chunks: who would interrupt it waits to see")
    func betweenChunks() {
        var second = request()
        for (waitedMs, silentMs, expected) in [
            (0, 0, .wait), (300, 0, .refuse(.alreadyLive)), (1_999, 1_999, .wait),
            (2_000, 2_000, .refuse(.alreadyLive)),
        ] as [(UInt64, UInt64, PublishDecision)] {
            second.waitedMs = waitedMs
            let free = StreamFacts.free(
                state: .live, ingest: ingest(session: 7, next: 5), silentMs: silentMs)
            #expect(PublishDecision.decide(second, free) == expected)
        }
    }

    @Test("a second broadcast over the writer's own connection waits for its end")
    func heldOnSameConnection() {
        let held = self.held(session: 0)
        #expect(PublishDecision.decide(request(sharesConnection: true), held) == .wait)
    }

    @Test("a take-over over the writer's own connection does not wait")
    func takeOverOnSameConnection() {
        let held = self.held(session: 0)
        let request = request(takesOver: true, sharesConnection: true)
        #expect(PublishDecision.decide(request, held) == .takeOver)
    }

    @Test("only the same publisher takes over")
    func takeOver() {
        let held = self.held(session: 0)
        #expect(PublishDecision.decide(request(takesOver: true), held) == .takeOver)
        #expect(
            PublishDecision.decide(request(from: Self.bob, takesOver: true), held)
                == .refuse(.alreadyLive))
    }

    @Test("a chunk that is sent again waits for its first try, then takes over from it")
    func retryOfHeldChunk() {
        let held = self.held(session: 7, chunk: 5)
        var again = request(.unknown, chunk: (7, 5))
        #expect(PublishDecision.decide(again, held) == .wait)
        again.waitedMs = Limits.deadTryMs
        #expect(PublishDecision.decide(again, held) == .takeOver)
        again.identity = Self.bob
        #expect(PublishDecision.decide(again, held) == .wait)
    }

    @Test("the chunk after the one that is being written waits, however long that takes")
    func nextOfHeldChunk() {
        let held = self.held(session: 7, chunk: 5)
        var next = request(.unknown, chunk: (7, 6))
        next.waitedMs = Limits.chunkTurnMs
        #expect(PublishDecision.decide(next, held) == .wait)
    }

    @Test("a retry of the first chunk waits for the try that still runs")
    func heldRetry() {
        let held = self.held(session: 7)
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
            var second = request(chunk: chunk)
            second.waitedMs = Limits.takeOverSilenceMs
            #expect(PublishDecision.decide(second, free) == .refuse(.alreadyLive))
            #expect(PublishDecision.decide(request(chunk: chunk, takesOver: true), free) == .begin)
            let stranger = request(chunk: chunk, from: Self.bob, takesOver: true)
            #expect(PublishDecision.decide(stranger, free) == .refuse(.alreadyLive))
        }
    }

    @Test("a chunk whose broadcast does not begin learns that it is not known")
    func unknownSession() {
        var late = request(.unknown, chunk: (8, 4))
        let streams: [StreamFacts] = [
            .absent, held(session: 7),
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

    @Test("a later chunk of the broadcast with which a stream has ended is told so at once")
    func overSession() {
        let over = StreamFacts.over(session: 8)
        #expect(
            PublishDecision.decide(request(.unknown, chunk: (8, 4)), over)
                == .refuse(.unknownSession))
        // Of another one the beginning may still come, and the same one may be sent again.
        #expect(PublishDecision.decide(request(.unknown, chunk: (9, 4)), over) == .wait)
        for chunk in [(8 as UInt64, 0 as UInt64), (9, 0), nil] {
            #expect(PublishDecision.decide(request(chunk: chunk), over) == .begin)
        }
        #expect(
            PublishDecision.decide(request(.continuation), over)
                == .refuse(.missingInitialization))
        #expect(PublishDecision.decide(request(.unknown), over) == .wait)
    }

    @Test(
        "a live stream belongs to its publisher between two bodies, a paused one to anybody who comes"
    )
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
