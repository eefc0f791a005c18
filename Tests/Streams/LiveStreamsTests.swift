// Streams as a worker finds, watches, ends and removes them, without a connection.

import LinuxIO
import SegmentRing
import Settings
import StreamBench
import StreamState
import Testing

@testable import Streams

@Suite(.timeLimit(.minutes(1))) struct LiveStreamsTests {
    private let bench: StreamBench

    init() throws {
        bench = try StreamBench()
    }

    /// Makes a ring on which something came just now.
    private func makeRing(replacing: Bool = false) throws -> Ring {
        let writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [], replacing: replacing)
        writer.ring.status.lastIngestBootMs = writer.ring.bootNowMs
        writer.release()
        return writer.ring
    }

    /// Sweeps until a condition holds.
    private func sweep(until isDone: @escaping () -> Bool) {
        bench.streams.startSweeping()
        func look() {
            if isDone() { return bench.loop.stop() }
            bench.loop.schedule(afterMs: 5) { look() }
        }
        look()
        bench.loop.run()
    }

    // MARK: Finding

    @Test("there is no stream where there is no ring")
    func nothing() {
        #expect(bench.streams.find(bench.name) == nil)
        #expect(bench.streams.fault(of: bench.name) == nil)
        #expect(bench.streams.all().isEmpty)
    }

    @Test("a ring that somebody has made is a stream, and remains the same one")
    func found() throws {
        _ = try makeRing()
        let stream = try #require(bench.streams.find(bench.name))
        #expect(stream.state == .live)
        #expect(bench.streams.find(bench.name) === stream)
        #expect(bench.streams.all().map(\.name) == [bench.name])
    }

    @Test("the ring that has taken another one's place is another stream, and the old one is over")
    func replaced() throws {
        _ = try makeRing()
        let old = try #require(bench.streams.find(bench.name))
        _ = try makeRing(replacing: true)
        let new = try #require(bench.streams.find(bench.name))
        #expect(new !== old)
        #expect(new.state == .live)
        #expect(old.state == .ended)
    }

    @Test(
        "a stream whose ring was removed is not found, and its holders are told that it is over")
    func removed() throws {
        let ring = try makeRing()
        let stream = try #require(bench.streams.find(bench.name))
        ring.remove()
        #expect(bench.streams.find(bench.name) == nil)
        #expect(stream.endReason == .stopped)
    }

    // MARK: Watching

    @Test("a stream says on its ring that it is watched here, and by how many")
    func watched() throws {
        let ring = try makeRing()
        let stream = try #require(bench.streams.find(bench.name))
        let first = Watcher(stream)
        let second = Watcher(stream)
        #expect(ring.slots.interested == 1)
        #expect(ring.status.viewerCount == 2)
        #expect(bench.counters.total(.viewers) == 2)
        stream.remove(first)
        #expect(second.place == 0, "it has the place of the one that went")
        stream.remove(second)
        #expect(ring.slots.interested == 0)
        #expect(ring.status.viewerCount == 0)
        #expect(bench.counters.total(.viewers) == 0)
    }

    /// Something comes, and the doorbell rings.
    private func bring(_ stream: LiveStream) throws {
        let writer = try #require(try stream.ring.acquireWriter(slot: 0))
        try writer.append(
            [7].span.bytes, flags: .independent, mediaTimeMs: 0, durationMs: 1,
            bootMs: stream.ring.bootNowMs, state: [])
        writer.release()
        bench.streams.deliver()
    }

    @Test("a doorbell wakes those who watch, and what it rings for soon after waits a moment")
    func delivered() throws {
        _ = try makeRing()
        let stream = try #require(bench.streams.find(bench.name))
        let watcher = Watcher(stream)
        try bring(stream)
        #expect(watcher.wakes == 1)
        for _ in 0..<5 { try bring(stream) }
        #expect(watcher.wakes == 1)
        watcher.onWake = bench.loop.stop
        bench.loop.run()
        #expect(watcher.wakes == 2, "all five together")
    }

    @Test("a follower is no viewer, and hears of everything at once")
    func followed() throws {
        let ring = try makeRing()
        let stream = try #require(bench.streams.find(bench.name))
        let follower = Watcher(stream, isViewer: false)
        #expect(ring.slots.interested == 1)
        #expect(ring.status.viewerCount == 0 && bench.counters.total(.viewers) == 0)
        for _ in 0..<3 { try bring(stream) }
        bench.streams.deliver()
        #expect(follower.wakes == 3, "nothing has come since the third time")
        let viewer = Watcher(stream)
        stream.unfollow(follower)
        #expect(ring.slots.interested == 1, "the viewer is still there")
        try bring(stream)
        #expect(follower.wakes == 3 && viewer.wakes == 1)
        stream.remove(viewer)
        #expect(ring.slots.interested == 0)
    }

    @Test("whoever follows a ring that was replaced long ago is let go")
    func followerLetGo() throws {
        _ = try makeRing()
        let old = try #require(bench.streams.find(bench.name))
        let follower = Watcher(old, isViewer: false)
        _ = try makeRing(replacing: true)
        sweep { follower.isLetGo }
        #expect(follower.looks > 0 && !old.isWatched)
    }

    @Test("a worker that goes tells those who watch")
    func ending() throws {
        _ = try makeRing()
        let stream = try #require(bench.streams.find(bench.name))
        let watcher = Watcher(stream)
        #expect(!stream.viewersMustEnd)
        bench.streams.endViewersOfThisWorker()
        #expect(stream.viewersMustEnd)
        #expect(watcher.wakes == 1)
        #expect(stream.state == .live, "it goes on in other workers")
    }

    // MARK: The sweep

    @Test("those who watch are looked after now and then")
    func lookedAfter() throws {
        _ = try makeRing()
        let watcher = Watcher(try #require(bench.streams.find(bench.name)))
        sweep { watcher.looks > 0 }
        #expect(!watcher.isLetGo)
    }

    @Test("a stream whose grace is over is ended, and told to the history")
    func overdue() throws {
        let ring = try makeRing()
        let changes = bench.changes.count
        ring.status.lastIngestBootMs = 1
        sweep { bench.ended == [bench.name] }
        #expect(ring.status.endedAtBootMs != 0)
        #expect(bench.streams.find(bench.name)?.endReason == .gone)
        #expect(bench.changes.count > changes)
    }

    @Test("what ended long ago is removed")
    func old() throws {
        let ring = try makeRing()
        ring.status.endedAtBootMs = ring.bootNowMs - Limits.endedRetentionMs - 1
        sweep { !FileSystem.exists(bench.streamDirectory) }
        #expect(bench.streams.find(bench.name) == nil)
        #expect(bench.ended == [bench.name])
    }

    @Test("viewers of a ring that was replaced long ago are let go")
    func letGo() throws {
        _ = try makeRing()
        let old = try #require(bench.streams.find(bench.name))
        let watcher = Watcher(old)
        _ = try makeRing(replacing: true)
        sweep { watcher.isLetGo }
        #expect(!old.isWatched)
    }
}
