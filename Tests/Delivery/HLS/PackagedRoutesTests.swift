// Requests for lists and media of HLS: who is answered how, and when. Without a connection.

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

@Suite struct PackagedRoutesTests {
    private let bench: StreamBench
    private let broadcast: Broadcast
    private let stage: SegmentedRing
    private let table: RouteTable
    private let clients = ClientTable(exemptNetworks: [])
    private let later = Later()

    /// What is to be done later.
    private final class Later {
        private var actions: [() -> Void] = []
        private var looks: [() -> Void] = []

        func add(afterMs: UInt64, _ action: @escaping () -> Void) {
            if afterMs == 0 { actions.append(action) } else { looks.append(action) }
        }

        /// Does what is done about once a second.
        func look() {
            let due = looks
            looks = []
            for action in due { action() }
        }

        func run() {
            let due = actions
            actions = []
            for action in due { action() }
        }
    }

    init() throws {
        let bench = try StreamBench()
        self.bench = bench
        broadcast = try Broadcast("ffmpeg-vp9-opus.webm", times: 2, pieceBytes: { 2_000 })
        stage = try SegmentedRing(broadcast, path: try bench.ringPath())
        stage.ring.status.lastIngestBootMs = stage.ring.bootNowMs
        table = try packagedRouteTable(of: bench) { [later] in later.add(afterMs: $0, $1) }
    }

    private func get(
        _ path: String, method: String = "GET", headers: [HeaderField] = []
    ) -> FakeExchange {
        let fake = FakeExchange(
            Request(
                method: method, target: "/\(bench.name)/hls/\(path)", headers: headers),
            clients: clients)
        table.begin(fake.exchange)
        return fake
    }

    private func append(until isDone: () -> Bool) throws {
        for fragment in broadcast.fragments {
            if isDone() { return }
            try stage.append(fragment, of: broadcast)
            bench.streams.deliver()
            later.run()
        }
    }

    private func text(_ fake: FakeExchange) -> String {
        String(decoding: fake.readAll() ?? [], as: UTF8.self)
    }

    @Test("a list is held until there is a segment, and counts as a viewer meanwhile")
    func begins() throws {
        let fake = get("v1.m3u8")
        #expect(fake.answer == nil && fake.client.amount(of: .viewers) == 1)
        #expect(bench.counters.page.total(.requestsHeldNow) == 1)
        try append { fake.answer != nil }
        #expect(bench.counters.page.total(.requestsHeldNow) == 0)
        #expect(bench.counters.page.total(.requestsHeld) == 1)
        #expect(fake.answer?.status == 200)
        #expect(text(fake).contains("#EXTINF"))
        fake.close(.completed)
        #expect(fake.client.amount(of: .viewers) == 0)
    }

    @Test("who goes while waiting leaves nothing behind")
    func leaves() throws {
        let fake = get("index.m3u8")
        #expect(stage.ring.slots.interested == 1)
        fake.close(.peerReset)
        #expect(fake.client.amount(of: .viewers) == 0 && stage.ring.slots.interested == 0)
        #expect(bench.counters.page.total(.requestsHeldNow) == 0)
        try stage.appendAll(broadcast)
        bench.streams.deliver()
        later.run()
        #expect(fake.answer == nil)
    }

    @Test("a list is charged to its client in full until it was taken")
    func charged() throws {
        try stage.appendAll(broadcast)
        let fake = get("v1.m3u8")
        later.run()
        let length = try #require(fake.answer?.contentLength)
        #expect(fake.client.amount(of: .heldBytes) == Limits.heldBytesPerRequest + length)
        fake.close(.completed)
    }

    @Test("a list that was answered is answered again, and no longer when something has come")
    func again() throws {
        let first = get("v1.m3u8")
        try append { first.answer != nil }
        let second = get("v1.m3u8")
        let tag = first.field("etag")
        #expect(tag != nil && second.field("etag") == tag)
        #expect(text(second) == text(first))
        let stopped = stage.ring.entryHead
        try append {
            stage.ring.entryHead > stopped && get("v1.m3u8").field("etag") != tag
        }
        let third = get("v1.m3u8")
        #expect(third.answer?.status == 200 && third.field("etag") != tag)
        for fake in [first, second, third] { fake.close(.completed) }
    }

    @Test("a player of the browser is not given what others get, if that is too short for it")
    func element() throws {
        let first = get("v1.m3u8")
        try append { first.answer != nil }
        #expect(get("v1.m3u8").answer?.status == 200)
        let element = get("v1.m3u8", headers: [HeaderField("sec-fetch-dest", "video")])
        #expect(element.answer == nil)
        first.close(.completed)
        element.close(.completed)
    }

    @Test("media are the same for all who ask: whole, in part, or not again", arguments: [0, 1])
    func media(_ kind: Int) throws {
        try stage.appendAll(broadcast)
        let list = get("a2.m3u8")
        later.run()
        let lines = text(list).split(separator: "\n").map(String.init)
        // A part, which is small, or a segment.
        let part = try #require(lines.last { $0.contains("URI=") && $0.contains("PART:") })
        let uri = try #require(part.split(separator: "\"").first { $0.contains(".m4s") })
        let segment = try #require(lines.last { $0.hasSuffix(".m4s") })
        let path = kind == 0 ? String(uri) : segment
        let all = [get(path), get(path)]
        let bytes = all.map { $0.readAll() }
        let whole = try #require(bytes[0])
        #expect(bytes[1] == whole && whole.count == all[0].answer?.contentLength)
        let tag = try #require(all[0].field("etag"))
        #expect(all[1].field("etag") == tag && tag.contains("-\(whole.count)"))
        #expect(all.allSatisfy { $0.field("content-type") == "audio/mp4" })
        #expect(all.allSatisfy { $0.field("cache-control")?.contains("immutable") == true })
        let again = get(path, headers: [HeaderField("if-none-match", tag)])
        #expect(again.answer?.status == 304 && again.field("etag") == tag)
        let piece = get(path, headers: [HeaderField("range", "bytes=10-19")])
        #expect(piece.answer?.status == 206)
        #expect(piece.field("content-range") == "bytes 10-19/\(whole.count)")
        #expect(piece.readAll() == Array(whole[10..<20]))
        for fake in all + [again, piece, list] { fake.close(.completed) }
    }

    @Test(
        "what a ring cannot have is refused without a look at it",
        arguments: ["v3.m3u8", "a2-keys.m3u8", "0123456789abcdef/v1/1.m4s"])
    func withoutReading(_ path: String) throws {
        try stage.appendAll(broadcast)
        let fake = get(path)
        #expect(fake.answer?.status == 404, "at once")
        fake.close(.completed)
    }

    @Test("who asks is counted as somebody who watches, each once, and for a while")
    func counted() throws {
        try stage.appendAll(broadcast)
        for _ in 0..<3 {
            for path in ["index.m3u8", "v1.m3u8", "a2.m3u8"] { get(path).close(.completed) }
        }
        let other = FakeExchange(
            Request(
                method: "GET", target: "/\(bench.name)/hls/v1.m3u8",
                peer: PeerAddress(bytes: [127, 0, 0, 2])), clients: clients)
        table.begin(other.exchange)
        other.close(.completed)
        get("nothing.m3u8").close(.completed)
        later.look()
        let stream = try #require(bench.streams.find(bench.name))
        #expect(stream.ring.status.packagedViewerCount == 2)
        #expect(stream.ring.status.viewerCount == 2)
        #expect(bench.counters.page.total(.packagedViewers) == 2)
    }

    @Test("T8: every media playlist says the same of the server, also that of key frames")
    func control() throws {
        try stage.appendAll(broadcast)
        let controls = ["v1.m3u8", "a2.m3u8", "v1-keys.m3u8"].map { path in
            let fake = get(path)
            later.run()
            let lines = text(fake).split(separator: "\n")
            fake.close(.completed)
            return lines.first { $0.hasPrefix("#EXT-X-SERVER-CONTROL:") }
        }
        #expect(controls[0] != nil && Set(controls).count == 1)
    }

    @Test("T14: a list is held until it has the part that was asked for")
    func blocks() throws {
        let first = get("v1.m3u8")
        try append { first.answer != nil }
        first.close(.completed)
        let fake = get("v1.m3u8?_HLS_msn=3&_HLS_part=0&token=1")
        #expect(fake.answer == nil)
        try append { fake.answer != nil }
        #expect(fake.answer?.status == 200)
        #expect(text(fake).contains("#EXT-X-PRELOAD-HINT"))
        fake.close(.completed)
    }

    @Test(
        "T15: directives that cannot be followed are refused",
        arguments: ["_HLS_part=1", "_HLS_msn=900", "_HLS_msn=-1", "_HLS_skip=1"])
    func refuses(_ query: String) throws {
        try stage.appendAll(broadcast)
        later.run()
        let fake = get("v1.m3u8?\(query)")
        #expect(fake.answer?.status == 400)
        #expect(fake.field("cache-control") == "public, max-age=1")
        fake.close(.completed)
    }

    @Test(
        "T12: what was never there is not there",
        arguments: [
            "0123456789abcdef/v1/1.m4s", "v3.m3u8", "a2-keys.m3u8", "v1", "v01.m3u8", "index.mpd",
        ])
    func unknown(_ path: String) throws {
        try stage.appendAll(broadcast)
        later.run()
        let fake = get(path)
        #expect(fake.answer?.status == 404)
        #expect(fake.field("cache-control") == "public, max-age=1")
        fake.close(.completed)
    }

    @Test("media, and lists of tracks that are no more, outlive the ring that had them")
    func past() throws {
        try stage.appendAll(broadcast)
        let list = get("v1.m3u8")
        let before = text(list).split(separator: "\n").map(String.init)
        list.close(.completed)
        let held = get("v1.m3u8?_HLS_msn=\(stage.ordinal + 1)")
        #expect(held.answer == nil)
        let sound = try Broadcast("chromium-audio-only.webm", times: 2)
        try FileSystem.makeDirectory(bench.directory + "/replaced")
        let next = try SegmentedRing(
            sound, path: try bench.ringPath(), replacing: stage,
            keepingAs: bench.streams.replacedPath(of: stage.ring, bench.name))
        next.ring.status.lastIngestBootMs = next.ring.bootNowMs
        stage.ring.status.endedAtBootMs = stage.ring.bootNowMs
        bench.streams.deliver()
        for _ in 0..<3 { later.run() }
        // Whoever waited is told that the picture is no more, by the end of its list.
        #expect(held.answer?.status == 200)
        let after = text(held).split(separator: "\n").map(String.init)
        #expect(after.last == "#EXT-X-ENDLIST")
        let names = before.filter { $0.hasSuffix(".m4s") }
        #expect(!names.isEmpty && after.filter { $0.hasSuffix(".m4s") }.starts(with: names))
        for name in names + ["\(names[0].prefix(16))/v1/init-0.mp4"] {
            let media = get(name)
            later.run()
            #expect(media.answer?.status == 200, "\(name)")
            media.close(.completed)
        }
        // A track that has come with the new ring begins with it.
        let coming = get("a1.m3u8")
        #expect(coming.answer == nil)
        try next.appendAll(sound)
        bench.streams.deliver()
        later.run()
        #expect(coming.answer?.status == 200)
        #expect(text(coming).contains("#EXT-X-MEDIA-SEQUENCE:\(next.ring.baseOrdinals.segment)\n"))
    }

    @Test(
        "no cache keeps a list until the numbers of an ended broadcast may come again",
        arguments: [(2_000, 12), (3_000, 18), (10_000, 60), (30_000, 60)] as [(UInt32, Int)])
    func longest(_ targetMs: UInt32, _ seconds: Int) {
        let field = Lifetime.awaitedList(targetDurationMs: targetMs).field
        #expect(field.value == "public, max-age=\(seconds)")
    }
}
