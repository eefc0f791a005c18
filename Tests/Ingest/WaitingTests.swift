// What waits to be published, and whose bounds hold for it.

import HTTP
import LinuxIO
import Settings
import Testing

@testable import Ingest

@Suite struct WaitingBodyTests {
    private let room = WaitingRoom()
    private let table = ClientTable(exemptNetworks: [])

    private func client(_ number: UInt8) -> ClientShare {
        table.client(at: PeerAddress(bytes: [10, 0, 0, number]))
    }

    private func body(from number: UInt8) -> WaitingBody {
        // As long as it has a connection, a client is the same one.
        client(number).force(.connections)
        return WaitingBody(room: room, client: client(number))
    }

    private func keep(_ count: Int, in body: WaitingBody) -> WaitingBound? {
        let bytes = [UInt8](repeating: 7, count: count)
        return unsafe bytes.withUnsafeBytes { unsafe body.keep($0) }
    }

    @Test("a client has so many places, and the worker so many for all clients")
    func places() {
        var bodies: [WaitingBody] = []
        for client in 0..<UInt8.max {
            for _ in 0..<Limits.waitingRequestsPerClient {
                let body = body(from: client)
                guard body.takePlace() == nil else { break }
                bodies.append(body)
            }
            guard bodies.count < Limits.waitingRequestsPerWorker else { break }
            #expect(body(from: client).takePlace() == .client)
        }
        #expect(bodies.count == Limits.waitingRequestsPerWorker)
        #expect(body(from: .max).takePlace() == .worker)
        bodies.removeLast().leavePlace()
        #expect(body(from: .max).takePlace() == nil)
    }

    @Test("a place is taken once and left once") func placeIsOne() {
        let body = body(from: 1)
        for _ in 0..<3 { #expect(body.takePlace() == nil) }
        #expect(room.requests == 1)
        for _ in 0..<3 { body.leavePlace() }
        #expect(room.requests == 0)
        #expect(client(1).amount(of: .waitingRequests) == 0)
    }

    @Test("bytes are bounded for a client, and what one has leaves another's alone")
    func bytesOfClient() {
        let half = Limits.waitingBytesPerClient / 2
        let bodies = [body(from: 1), body(from: 1), body(from: 1)]
        #expect(keep(half, in: bodies[0]) == nil)
        #expect(keep(half, in: bodies[1]) == nil)
        #expect(keep(1, in: bodies[2]) == .client)
        #expect(keep(1, in: body(from: 2)) == nil)
        #expect(bodies[0].drop() == half)
        #expect(keep(1, in: bodies[2]) == nil)
    }

    @Test("bytes are bounded for a stream, from the moment a body may be published there")
    func bytesOfStream() {
        let stream = WaitingTally()
        let early = body(from: 1)
        #expect(keep(Limits.waitingBytesPerStream, in: early) == nil)
        let late = body(from: 2)
        late.join(stream)
        #expect(keep(1, in: late) == nil)
        early.join(stream)
        #expect(keep(1, in: late) == .stream)
        early.drop()
        #expect(keep(1, in: late) == nil)
        #expect(late.bytes == [7, 7])
    }

    @Test("bytes are bounded for the worker") func bytesOfWorker() {
        let clients = Limits.waitingBytesPerWorker / Limits.waitingBytesPerClient
        let bodies = (0..<clients).map { body(from: UInt8($0)) }
        for body in bodies { #expect(keep(Limits.waitingBytesPerClient, in: body) == nil) }
        #expect(keep(1, in: body(from: 200)) == .worker)
        for body in bodies { body.drop() }
        #expect(room.bytes == 0)
    }

    @Test("the more streams wait, the more seldom each is looked at")
    func retries() {
        #expect(room.retryMs == Limits.chunkRetryMs)
        room.streams = 1_000
        #expect(room.retryMs * Limits.leaseRetriesPerSecond == 1_000 * 1_000)
    }
}

@Suite struct TurnLineTests {
    private func request(_ number: UInt64, chunk: (UInt64, UInt64)? = nil) -> TurnRequest {
        TurnRequest(
            id: TurnID(number: number),
            facts: PublishFacts(
                chunk: chunk.map { ChunkNumber(session: $0.0, number: $0.1) }, start: .unknown,
                identity: 1, wantsTakeOver: false, sharesConnectionWithWriter: false),
            connectionID: number % 2, arrivedMs: 0, arrivedUs: 0, glimpse: BodyGlimpse())
    }

    private func numbers(_ requests: [TurnRequest]) -> [UInt64] { requests.map(\.id.number) }

    @Test("later chunks of the broadcast whose turn it is are passed over") func candidates() {
        var line = TurnLine()
        let places: [(UInt64, (UInt64, UInt64)?)] = [
            (1, (7, 6)), (2, nil), (3, (8, 9)), (4, (7, 5)), (5, (7, 1)),
        ]
        for (number, chunk) in places { line.add(request(number, chunk: chunk)) }
        let turn = ChunkNumber(session: 7, number: 5)
        #expect(numbers(line.candidates(whenTurnOf: turn)) == [2, 3, 4, 5])
        #expect(line.candidates(whenTurnOf: nil).count == 5)
    }

    @Test("who comes back goes first") func comesBack() {
        var line = TurnLine()
        line.add(request(1))
        line.add(request(2), isFirst: true)
        #expect(numbers(line.requests) == [2, 1])
    }

    @Test("each connection is counted for itself") func connections() {
        var line = TurnLine()
        for number in 0..<6 as Range<UInt64> { line.add(request(number)) }
        #expect(line.count(ofConnection: 0) == 3)
        #expect(line.remove(TurnID(number: 0)) != nil)
        #expect(line.remove(TurnID(number: 0)) == nil)
        #expect(line.count(ofConnection: 0) == 2)
        #expect(line.count(ofConnection: 1) == 3)
        #expect(line.count(ofConnection: 2) == 0)
    }

    @Test("a request is changed in its place, and only if it is there") func update() {
        var line = TurnLine()
        for number in 1...3 as ClosedRange<UInt64> { line.add(request(number)) }
        let glimpse = BodyGlimpse(start: .header, hasBegun: true)
        let news = line.update(TurnID(number: 2)) { $0.learn(glimpse, nowMs: 5) }
        #expect(news == true)
        #expect(line.requests.map(\.facts.start) == [.unknown, .header, .unknown])
        #expect(line.update(TurnID(number: 9)) { $0.learn(glimpse, nowMs: 5) } == nil)
    }
}

@Suite struct BodyProgressTests {
    private static let hour: UInt64 = 3_600_000

    @Test(
        "a body that dribbles is dead, one that completes something or moves at a rate is not",
        arguments: [
            // Stage, bytes that come each time, every so many milliseconds, whether they complete
            // something, after how many milliseconds it is given up at the earliest and latest.
            (.header, 1, 1_000, false, 10_000...10_000),
            (.header, 60_000, 1_000, false, 10_000...10_000),
            (.media(lifeMs: hour), 1, 1_000, false, 30_000...30_100),
            (.media(lifeMs: hour), 1, 4_900, false, 30_000...30_100),
            (.media(lifeMs: hour), 100, 1_000, false, 30_000...32_000),
            // Slower than that is silence, which is bounded by the life of the stream.
            (.media(lifeMs: 20_000), 1, 15_000, false, 20_000...20_000),
            (.media(lifeMs: 70_000), 1, 6_000, false, 70_000...75_000),
            // Sound of silence: a block of 20 bytes each 400 ms.
            (.media(lifeMs: 20_000), 20, 400, true, nil),
            // Slides: a picture each 19 s.
            (.media(lifeMs: 20_000), 40_000, 19_000, true, nil),
            // A key frame of 4 MiB over an uplink of 100 kB/s.
            (.media(lifeMs: hour), 100_000, 1_000, false, nil),
            (.repeated, 1, 5_000, false, 10_000...10_100),
            (.repeated, 16_000, 1_000, false, nil),
        ] as [(BodyProgress.Stage, Int, UInt64, Bool, ClosedRange<UInt64>?)])
    func cases(
        _ stage: BodyProgress.Stage, _ bytes: Int, _ everyMs: UInt64, _ completes: Bool,
        _ deadAfterMs: ClosedRange<UInt64>?
    ) {
        var progress = BodyProgress(stage, nowMs: 0)
        var nowMs: UInt64 = 0
        while nowMs < min(progress.deadlineMs(nowMs: nowMs), 600_000) {
            nowMs += 1
            guard nowMs % everyMs == 0 else { continue }
            if completes {
                progress.moved(nowMs: nowMs)
            } else {
                progress.received(bytes, nowMs: nowMs)
            }
        }
        if let deadAfterMs {
            #expect(deadAfterMs.contains(nowMs))
        } else {
            #expect(nowMs >= 600_000)
        }
    }

    @Test(
        "a frozen publisher has as long as its stream lives, wherever in a block it stopped",
        arguments: [0, 1, 100_000])
    func frozen(_ unfinishedBytes: Int) {
        let times = BroadcastTimes(graceMs: 600_000)
        var progress = BodyProgress(.media(lifeMs: times.lifeMs), nowMs: 0)
        if unfinishedBytes > 0 { progress.received(unfinishedBytes, nowMs: 10) }
        let thawedMs = times.lifeMs - 1
        #expect(progress.deadlineMs(nowMs: Limits.publishStallMs) == times.lifeMs)
        #expect(progress.deadlineMs(nowMs: thawedMs) > thawedMs)
        // What it goes on with need not be complete at once.
        progress.received(1_000, nowMs: thawedMs)
        #expect(progress.deadlineMs(nowMs: thawedMs) >= thawedMs + Limits.publishStallMs)
    }

    @Test("a publisher that is not allowed to send is not dead") func heldBack() {
        var progress = BodyProgress(.media(lifeMs: 20_000), nowMs: 0)
        progress.moved(nowMs: 290_000)
        #expect(progress.deadlineMs(nowMs: 290_000) == 310_000)
        #expect(progress.silentAtMs == 290_000 + Limits.publisherSilenceMs)
    }
}

@Suite struct AfterWaitingTests {
    private func facts(
        _ chunk: ChunkNumber?, start: BodyStart = .unknown
    ) -> PublishFacts {
        PublishFacts(
            chunk: chunk, start: start, identity: 1, wantsTakeOver: false,
            sharesConnectionWithWriter: false)
    }

    @Test(
        "who has waited in vain is told what is missing",
        arguments: [
            (.absent, .chunkGap(expectedChunk: 0)),
            (.held(WriterFacts(identity: 1, session: 7, chunk: 4)), .chunkEarly),
            (
                .held(WriterFacts(identity: 1, session: 8, chunk: 4)),
                .chunkGap(expectedChunk: 0)
            ),
            (.free(state: .live, ingest: nil), .chunkGap(expectedChunk: 0)),
            (
                .free(
                    state: .live,
                    ingest: IngestState(identity: 1, session: 7, nextChunk: 4, media: [])),
                .chunkGap(expectedChunk: 4)
            ),
            (
                .free(
                    state: .live,
                    ingest: IngestState(identity: 1, session: 8, nextChunk: 4, media: [])),
                .chunkGap(expectedChunk: 0)
            ),
        ] as [(StreamFacts, PublishError)])
    func numbered(_ stream: StreamFacts, _ expected: PublishError) {
        let request = facts(ChunkNumber(session: 7, number: 9))
        #expect(PublishError.afterWaiting(request, stream) == expected)
    }

    @Test("a body without a number was kept off by another, or has never begun")
    func unnumbered() {
        #expect(PublishError.afterWaiting(facts(nil), .absent) == .stalled)
        #expect(PublishError.afterWaiting(facts(nil, start: .header), .absent) == .alreadyLive)
    }
}
