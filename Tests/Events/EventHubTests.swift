// Who listens to events, and when they are told something: without a connection.

import FakeExchange
import HTTP
import LinuxIO
import SegmentRing
import StreamBench
import StreamState
import Streams
import Testing

@testable import Events

@Suite(.timeLimit(.minutes(1))) struct EventHubTests {
    private let bench: StreamBench
    private let hub: EventHub
    private let clients = ClientTable(exemptNetworks: [])

    init() throws {
        bench = try StreamBench()
        hub = EventHub(
            streams: bench.streams,
            catalog: StreamCatalog(
                source: bench.streams, changes: bench.changes, loop: bench.loop),
            changes: bench.changes, crossOrigin: CrossOrigin(origins: []), loop: bench.loop,
            counters: bench.counters)
    }

    private func ask(_ query: String = "", method: String = "GET") -> FakeExchange {
        let fake = FakeExchange(
            Request(method: method, target: "/api/events?\(query)"), clients: clients)
        let table = RouteTable(hub.routes, crossOrigin: CrossOrigin(origins: [])) { _ in }
        table.begin(fake.exchange)
        return fake
    }

    private func makeRing() throws -> Ring {
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [])
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        writer.release()
        return writer.ring
    }

    /// What there is to be told now, as text.
    private func read(_ fake: FakeExchange) -> String {
        var told: [UInt8] = []
        while case .bytes(let bytes) = fake.read() { told += bytes }
        return String(decoding: told, as: UTF8.self)
    }

    /// Lets the loop run until somebody who has heard everything is told something more.
    private func wait(for fake: FakeExchange, after resumes: Int) {
        func look() {
            if fake.resumes > resumes { return bench.loop.stop() }
            bench.loop.schedule(afterMs: 5) { look() }
        }
        look()
        bench.loop.run()
    }

    /// A stream has changed, in whatever worker.
    private func change(_ fake: FakeExchange) {
        let resumes = fake.resumes
        bench.changes.announce()
        hub.doorbellRang()
        wait(for: fake, after: resumes)
    }

    @Test("a subscriber is told what there is, and then what changes")
    func follows() throws {
        let fake = ask()
        #expect(fake.answer?.status == 200)
        #expect(fake.field("content-type") == "text/event-stream")
        #expect(read(fake).hasSuffix("event: streams\ndata: {\"streams\":[]}\n\n"))
        _ = try makeRing()
        change(fake)
        let told = read(fake)
        #expect(told.hasPrefix("event: stream\n"))
        #expect(told.contains("\"name\":\"\(bench.name)\""))
        fake.close(.reset)
    }

    @Test("who asks for one stream is told of that, also that it is gone")
    func one() throws {
        let ring = try makeRing()
        let fake = ask("stream=\(bench.name)")
        #expect(read(fake).contains("\"state\":\"live\""))
        ring.remove()
        change(fake)
        #expect(read(fake) == "event: gone\ndata: {\"name\":\"\(bench.name)\"}\n\n")
        fake.close(.reset)
    }

    @Test("a name that cannot be one is refused", arguments: ["stream=", "stream=abc&stream=abd"])
    func invalid(query: String) {
        let fake = ask(query)
        #expect(fake.answer?.status == 400)
        fake.close(.completed)
    }

    @Test("subscribers are counted from their first to their last moment")
    func counted() {
        let fakes = [ask(), ask("stream=\(bench.name)")]
        #expect(bench.counters.total(.eventSubscribers) == 2)
        for fake in fakes { fake.close(.reset) }
        #expect(bench.counters.total(.eventSubscribers) == 0)
        #expect(clients.count == 0, "what was taken of the client's share is given back")
    }

    @Test("who only asks for the header is no subscriber")
    func head() {
        let fake = ask(method: "HEAD")
        #expect(fake.answer?.status == 200)
        #expect(bench.counters.total(.eventSubscribers) == 0)
        fake.close(.completed)
    }

    @Test("when the worker goes, responses end, and who still comes is told to come back")
    func ending() {
        let fake = ask()
        _ = read(fake)
        let resumes = fake.resumes
        hub.end()
        #expect(fake.resumes == resumes + 1)
        #expect(fake.read() == .last([]))
        let late = ask()
        #expect(late.answer?.status == 200)
        #expect(
            late.readAll().map { String(decoding: $0, as: UTF8.self) }?.hasPrefix("retry: ") == true
        )
        #expect(bench.counters.total(.eventSubscribers) == 1, "the late one is none")
        fake.close(.completed)
        late.close(.completed)
    }
}
