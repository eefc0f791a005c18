// Segments of DASH that are asked for while they are made. Without a connection.

import FakeExchange
import HTTP
import LinuxIO
import Media
import SegmentRing
import Settings
import StreamBench
import StreamState
import Streams
import Testing

@testable import Delivery

/// A stream whose media come when the test says so, and those who ask for it.
private final class GrowingStream {
    let bench: StreamBench
    let stage: SegmentedRing
    let clients = ClientTable(exemptNetworks: [])
    private let broadcast: Broadcast
    private var table: RouteTable?
    private var actions: [() -> Void] = []
    private var next = 0

    init() throws {
        let bench = try StreamBench()
        self.bench = bench
        broadcast = try Broadcast("chromium-vp9-opus.webm", times: 2, pieceBytes: { 2_000 })
        stage = try SegmentedRing(broadcast, path: try bench.ringPath())
        stage.ring.status.lastIngestBootMs = stage.ring.bootNowMs
        table = try packagedRouteTable(of: bench) { [unowned self] in
            if $0 == 0 { actions.append($1) }
        }
    }

    var stream: LiveStream? { bench.streams.find(bench.name) }

    func get(
        _ segment: UInt64, root: String = "dash", method: String = "GET", of track: UInt64 = 1
    ) -> FakeExchange {
        let name = MediaName(
            epoch: stage.ring.epoch,
            rendition: RenditionName(kind: track == 1 ? .video : .audio, track: track),
            .segment(segment))
        let fake = FakeExchange(
            Request(method: method, target: "/\(bench.name)/\(root)/\(name.text)"),
            clients: clients)
        table?.begin(fake.exchange)
        return fake
    }

    func run() {
        bench.streams.deliver()
        while !actions.isEmpty {
            let due = actions
            actions = []
            for action in due { action() }
        }
    }

    /// Media come until this holds.
    func append(until isDone: () -> Bool) throws {
        while !isDone() {
            try #require(next < broadcast.fragments.count, "there are no more media")
            try stage.append(broadcast.fragments[next], of: broadcast)
            next += 1
            run()
        }
    }

    /// Media come until there is a part of the segment, and no end.
    func begin(_ segment: UInt64) throws -> FakeExchange {
        try append { stage.ordinal == segment }
        let fake = get(segment)
        try append { fake.answer != nil }
        try #require(stage.ordinal == segment)
        return fake
    }

    /// All that there is of a response now; `isOver`: it has ended.
    func read(_ fake: FakeExchange) -> (bytes: [UInt8], isOver: Bool, isCutOff: Bool) {
        var all: [UInt8] = []
        while true {
            switch fake.read(mostBytes: 700) {
            case .bytes(let bytes): all += bytes
            case .last(let bytes): return (all + bytes, true, false)
            case .nothing: return (all, false, false)
            case .aborted: return (all, false, true)
            }
        }
    }

    func whole(_ segment: UInt64) -> [UInt8]? {
        let fake = get(segment)
        run()
        defer { fake.close(.completed) }
        return fake.answer?.contentLength == nil ? nil : fake.readAll()
    }
}

@Suite struct GrowingBodyTests {
    private let live: GrowingStream

    init() throws { live = try GrowingStream() }

    @Test("X13: a segment is sent while it is made, and is the same as when it is whole")
    func grows() throws {
        let fake = try live.begin(2)
        #expect(fake.answer?.status == 200 && fake.answer?.contentLength == nil && fake.isMedia)
        for name in ["etag", "accept-ranges", "content-range"] { #expect(fake.field(name) == nil) }
        #expect(fake.field("cache-control") == "public, max-age=86400, immutable")
        var (body, isOver, _) = live.read(fake)
        var pieces = 1
        #expect(!body.isEmpty && !isOver)
        while !isOver {
            let resumes = fake.resumes
            try live.append { fake.resumes > resumes }
            let more = live.read(fake)
            body += more.bytes
            pieces += 1
            isOver = more.isOver
            #expect(!more.isCutOff)
        }
        #expect(pieces > 3, "each part when it is there")
        #expect(live.stage.ordinal == 3, "no sooner and no later than its end is known")
        fake.close(.completed)
        #expect(live.whole(2) == body)
        #expect(fake.client.amount(of: .viewers) == 0)
        #expect(fake.client.amount(of: .heldBytes) == 0)
    }

    @Test("the next segment is waited for, and no other one")
    func next() throws {
        let now = try live.begin(2)
        let fake = live.get(3)
        let far = live.get(4)
        #expect(fake.answer == nil && far.answer?.status == 404)
        #expect(live.get(3, method: "HEAD").answer == nil)
        try live.append { fake.answer != nil }
        #expect(live.stage.ordinal == 3 && fake.answer?.contentLength == nil)
        #expect(live.read(fake).bytes.count > 100)
        for each in [now, fake, far] { each.close(.completed) }
    }

    @Test("HLS has segments when they are whole")
    func playlists() throws {
        let fake = try live.begin(2)
        for ordinal: UInt64 in [2, 3] {
            let other = live.get(ordinal, root: "hls")
            #expect(other.answer?.status == 404)
            other.close(.completed)
        }
        fake.close(.completed)
    }

    @Test("a request that wants no body gets none, and leaves nothing behind")
    func head() throws {
        let fake = try live.begin(2)
        let head = live.get(2, method: "HEAD")
        #expect(head.answer?.status == 200 && head.answer?.hasBody == false)
        #expect(head.answer?.contentLength == nil)
        for each in [head, fake] { each.close(.peerReset) }
        #expect(fake.client.amount(of: .viewers) == 0)
        #expect(live.stage.ring.slots.interested == 0)
    }

    @Test("when the broadcast ends, its last segment ends with what there is")
    func ended() throws {
        let fake = try live.begin(2)
        var body = live.read(fake).bytes
        live.stream?.end(.stopped)
        live.run()
        let rest = live.read(fake)
        body += rest.bytes
        #expect(rest.isOver)
        fake.close(.completed)
        #expect(live.whole(2) == body)
    }

    @Test("a worker that is going ends what it has begun, and begins nothing")
    func draining() throws {
        let fake = try live.begin(2)
        _ = live.read(fake)
        let held = live.get(3)
        live.bench.streams.endViewersOfThisWorker()
        live.run()
        #expect(held.answer?.status == 503 && fake.resetCode == nil)
        let resumes = fake.resumes
        try live.append { fake.resumes > resumes }
        #expect(!live.read(fake).isCutOff)
        for each in [held, fake] { each.close(.completed) }
    }

    @Test("a segment that does not go on is never ended as if it were whole")
    func gone() throws {
        let fake = try live.begin(2)
        fake.close(.completed)
        let stream = try #require(live.stream)
        var actions: [() -> Void] = []
        let streams = IndexedStreams(later: { actions.append($1) }, clockUs: { 0 })
        let indexed = streams.index(of: stream)
        indexed.refresh()
        let track = try #require(indexed.packaged.tracks.picture)
        let late = FakeExchange(Request(method: "GET", target: "/"))
        GrowingBody.answer(late.exchange, indexed, 2, track: track, patienceMs: 0) { _ in
            Issue.record("it is there")
        }
        #expect(!live.read(late).isOver)
        for action in actions { action() }
        #expect(late.resetCode == .cancel)
        late.close(.reset)
    }

    @Test("nor is one whose ring has to go")
    func replaced() throws {
        let fake = try live.begin(2)
        live.stream?.hold.letGo()
        #expect(live.read(fake).isCutOff)
        fake.close(.reset)
    }

    @Test("each counts as a viewer, and a client that has too many gets no more")
    func counted() throws {
        let fake = try live.begin(2)
        #expect(fake.client.amount(of: .viewers) == 1)
        fake.client.force(.viewers, Limits.viewersPerClient - 1)
        let other = live.get(2)
        #expect(other.answer?.status == 429 || other.answer?.status == 503)
        fake.client.giveBack(.viewers, Limits.viewersPerClient - 1)
        for each in [other, fake] { each.close(.completed) }
    }
}
