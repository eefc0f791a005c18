// Requests to publish from their arrival to their answer, in one worker: the machine of turns with its
// driver, bodies, sessions and real rings. Only connections are made up.

import FakeExchange
import HTTP
import LinuxIO
import SegmentRing
import Settings
import StreamBench
import StreamState
import Testing

@testable import Ingest

@Suite struct PublishingTests {
    private let bench: StreamBench
    private let publishing: Publishing
    private let clients = ClientTable(exemptNetworks: [])
    private static let path = "/somebody/live"

    init() throws {
        bench = try StreamBench()
        publishing = Publishing(
            streams: bench.streams, crossOrigin: CrossOrigin(origins: []), credentials: nil,
            environment: IngestEnvironment(
                loop: bench.loop, logger: bench.logger, counters: bench.counters,
                doorbells: bench.doorbells, changes: bench.changes, settings: bench.settings))
    }

    // MARK: Clients

    /// A request whose header section has come. `from` is the last number of its address.
    private func post(
        chunk: String? = nil, from: UInt8 = 1, connection: UInt64 = 1, query: String = "",
        isExpecting: Bool = false
    ) -> FakeExchange {
        let fields = chunk.map { [HeaderField("weir-chunk", $0)] } ?? []
        let request = Request(
            method: "POST", target: Self.path + query, headers: fields, hasBody: true,
            peer: PeerAddress(bytes: [127, 0, 0, from]), connectionID: connection)
        let fake = FakeExchange(request, clients: clients, nowMs: bench.loop.nowMs)
        publishing.publish(fake.exchange, to: bench.name)
        if isExpecting { fake.expectBody() }
        return fake
    }

    private func postWhole(
        _ bytes: [UInt8], chunk: String? = nil, from: UInt8 = 1, query: String = ""
    ) -> FakeExchange {
        let fake = post(chunk: chunk, from: from, query: query)
        fake.send(bytes)
        fake.finishBody()
        return fake
    }

    /// A request that writes, and may go on.
    private func goLive() -> FakeExchange {
        let fake = post()
        fake.send(beginning)
        wait { ring != nil }
        return fake
    }

    /// Lets the loop turn until that is so.
    private func wait(until isTrue: () -> Bool) {
        let deadlineMs = MonotonicClock.nowMs() + 20_000
        while !isTrue() {
            guard MonotonicClock.nowMs() < deadlineMs else {
                Issue.record("what was waited for does not come")
                return
            }
            bench.loop.schedule(afterMs: 1) { bench.loop.stop() }
            bench.loop.run()
        }
    }

    private func status(of fake: FakeExchange) -> Int? {
        wait { fake.answer != nil }
        return fake.answer?.status
    }

    /// The last part of the type of the problem that was answered.
    private func problem(of fake: FakeExchange) -> String? {
        wait { fake.answer != nil }
        let body = String(decoding: fake.readAll() ?? [], as: UTF8.self)
        guard let start = body.firstRange(of: "/problems/")?.upperBound else { return nil }
        return String(body[start...].prefix { $0 != "\"" })
    }

    private func cluster(at timeMs: UInt8) -> [UInt8] {
        let frame = Array("frame".utf8)
        let block = [0xA3, 0x80 | UInt8(frame.count + 4), 0x81, 0, 0, 0x80] + frame
        let content = [0xE7, 0x81, timeMs] + block
        return [0x1F, 0x43, 0xB6, 0x75, 0x80 | UInt8(content.count)] + content
    }

    private var beginning: [UInt8] { StreamBench.header + cluster(at: 0) }

    private var ring: Ring? { bench.streams.find(bench.name)?.ring }

    // MARK: Tests

    @Test("a body that is a whole broadcast is stored and answered, and all its bytes are credited")
    func whole() {
        let fake = postWhole(beginning + cluster(at: 40))
        #expect(status(of: fake) == 204)
        #expect(fake.creditedBytes == beginning.count + cluster(at: 40).count)
        #expect(ring?.status.bytesIngested ?? 0 > 0)
        fake.close(.completed)
    }

    @Test(
        "chunks that overtake each other are stored in their order, and each is answered once it is"
    )
    func overtaking() throws {
        let third = postWhole(cluster(at: 80), chunk: "s/2")
        let second = postWhole(cluster(at: 40), chunk: "s/1")
        #expect(third.answer == nil)
        #expect(third.creditedBytes == 0)
        let first = postWhole(beginning, chunk: "s/0")
        for fake in [first, second, third] {
            #expect(status(of: fake) == 204)
            fake.close(.completed)
        }
        let lease = try #require(try ring?.acquireWriter(slot: 0))
        #expect(IngestState(decoding: lease.state)?.nextChunk == 3)
    }

    @Test("a chunk that is in already is answered as the first time, and not stored again")
    func repeated() {
        #expect(status(of: postWhole(beginning, chunk: "s/0")) == 204)
        let before = ring?.status.bytesIngested
        let again = postWhole(beginning, chunk: "s/0")
        #expect(status(of: again) == 204)
        #expect(again.creditedBytes == beginning.count)
        #expect(ring?.status.bytesIngested == before)
    }

    @Test("a take-over ends the request that writes, and goes on in its place")
    func takeOver() {
        let old = goLive()
        let new = postWhole(beginning, query: "?take-over=1")
        #expect(status(of: new) == 204)
        #expect(old.answer?.status == 409)
        #expect(problem(of: old) == "taken-over")
    }

    @Test("somebody else is refused while a broadcast goes on, whatever that one asks for")
    func stranger() {
        let live = goLive()
        for query in ["", "?take-over=1"] {
            let stranger = postWhole(beginning, from: 2, query: query)
            #expect(problem(of: stranger) == "already-live")
            stranger.close(.completed)
        }
        #expect(live.answer == nil)
        live.send(cluster(at: 40))
        live.finishBody()
        #expect(status(of: live) == 204)
    }

    @Test("what is no WebM is refused, and its bytes are given back")
    func notWebM() {
        let bytes = Array("GIF89a, which is no film".utf8)
        let fake = postWhole(bytes)
        #expect(problem(of: fake) == "not-webm")
        #expect(fake.creditedBytes == bytes.count)
    }

    @Test("a client that goes while it waits leaves nothing behind, and the next one has its turn")
    func goes() {
        let waiting = post(chunk: "s/5")
        waiting.send(cluster(at: 40))
        #expect(waiting.client.amount(of: .waitingRequests) == 1)
        waiting.close(.reset)
        #expect(waiting.client.amount(of: .waitingRequests) == 0)
        #expect(waiting.client.amount(of: .waitingBytes) == 0)
        #expect(status(of: postWhole(beginning)) == 204)
    }

    @Test("a client that goes in the middle of its broadcast pauses its stream")
    func breaksOff() {
        let live = goLive()
        #expect(ring?.status.pausedSinceBootMs == 0)
        live.close(.reset)
        #expect(ring?.status.pausedSinceBootMs != 0)
    }

    @Test(
        "a client that wants to be told to send the body is told when the request may wait or write"
    )
    func continues() {
        let fake = post(isExpecting: true)
        wait { fake.hasContinued }
        fake.send(beginning)
        fake.finishBody()
        #expect(status(of: fake) == 204)
    }

    @Test("a stream that is ended ends the request that writes it")
    func ended() throws {
        let live = goLive()
        let request = Request(
            method: "DELETE", target: Self.path, peer: PeerAddress(bytes: [127, 0, 0, 1]))
        let delete = FakeExchange(request, clients: clients, nowMs: bench.loop.nowMs)
        publishing.end(delete.exchange, name: bench.name)
        #expect(delete.answer?.status == 204)
        publishing.doorbellRang()
        #expect(problem(of: live) == "stream-ended")
    }

    @Test(
        "at a shutdown those who write and those who wait are told to come back, and so are others")
    func shutsDown() {
        let live = goLive()
        let waiting = post(chunk: "s/5", connection: 2)
        publishing.shutDown()
        let late = post()
        for fake in [live, waiting, late] { #expect(problem(of: fake) == "shutting-down") }
    }

    @Test("a chunk number that is none is refused before anything is kept")
    func badChunk() {
        #expect(problem(of: post(chunk: "s/x")) == "bad-chunk-number")
    }
}

@Suite struct PublishAdmissionTests {
    private let room = WaitingRoom()

    private func admission(_ fake: FakeExchange) -> PublishAdmission {
        let body = WaitingBody(room: room, client: fake.client)
        return PublishAdmission(
            fake.exchange, body: body, headers: [HeaderField("x-refused", "yes")],
            onRefusal: { _ in })
    }

    private func request() -> FakeExchange {
        FakeExchange(Request(method: "POST", target: "/somebody/live", hasBody: true))
    }

    @Test("what comes before it is known whether it may is kept, uncredited, and handed on")
    func keeps() {
        let fake = request()
        let admission = admission(fake)
        admission.wait()
        fake.expectBody()
        fake.send([1, 2, 3])
        fake.finishBody()
        #expect(admission.body.bytes == [1, 2, 3])
        #expect(admission.isBodyComplete)
        #expect(fake.creditedBytes == 0)
        #expect(!fake.hasContinued)
        admission.handOn()
        #expect(!admission.isOpen)
        #expect(room.requests == 1)
    }

    @Test("a refusal gives everything back, and what comes after it is not kept")
    func refuses() {
        let fake = request()
        let admission = admission(fake)
        admission.wait()
        fake.send([1, 2, 3])
        admission.refuse(.badChunkNumber)
        #expect(fake.answer?.status == 400)
        #expect(fake.field("x-refused") == "yes")
        #expect(fake.creditedBytes == 3)
        #expect(room.requests == 0)
        fake.send([4])
        #expect(admission.body.bytes.isEmpty)
    }

    @Test("a client that goes is not answered, and leaves its place")
    func goes() {
        let fake = request()
        let admission = admission(fake)
        admission.wait()
        fake.send([1, 2, 3])
        fake.close(.reset)
        #expect(!admission.isOpen)
        #expect(room.requests == 0)
        #expect(fake.client.amount(of: .waitingBytes) == 0)
        #expect(fake.answer == nil)
    }

    @Test("a client that has as many waiting as it may is told to retry")
    func full() {
        let clients = ClientTable(exemptNetworks: [])
        let request = Request(method: "POST", target: "/somebody/live", hasBody: true)
        // As long as it has a connection, a client is the same one.
        clients.client(at: request.peer).force(.connections)
        let fakes = (0...Limits.waitingRequestsPerClient).map { _ in
            FakeExchange(request, clients: clients)
        }
        for fake in fakes { admission(fake).wait() }
        #expect(fakes.dropLast().allSatisfy { $0.answer == nil })
        #expect(fakes.last?.answer?.status == 429)
    }
}
