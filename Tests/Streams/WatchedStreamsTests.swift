// How often a worker that hears its doorbell looks at the streams that it watches.

import SegmentRing
import StreamBench
import Testing

@testable import Streams

@Suite(.timeLimit(.minutes(1))) struct WatchedStreamsTests {
    private let bench: StreamBench
    private let writer: RingWriter
    private let follower: Watcher
    private let stream: LiveStream

    init() throws {
        bench = try StreamBench()
        writer = try Ring.create(
            path: bench.ringPath(), geometry: bench.ringGeometry,
            initialization: bench.initialization(), state: [])
        stream = try #require(bench.streams.find(bench.name))
        follower = Watcher(stream, isViewer: false)
    }

    private func bring() throws {
        try writer.append(
            [7].span.bytes, flags: .independent, mediaTimeMs: 0, durationMs: 1,
            bootMs: writer.ring.bootNowMs, state: [])
    }

    @Test("with few streams each ring of the bell is answered at once")
    func few() throws {
        let watched = WatchedStreams(loop: bench.loop, lookedAtPerMs: 2)
        watched.note(stream)
        for count in 1...3 {
            try bring()
            watched.deliver()
            #expect(follower.wakes == count)
        }
    }

    @Test("with many, what it rings for soon after a look waits for the next one")
    func many() throws {
        let watched = WatchedStreams(loop: bench.loop, lookedAtPerMs: 1)
        watched.note(stream)
        for _ in 0..<4 {
            try bring()
            watched.deliver()
        }
        #expect(follower.wakes == 1)
        follower.onWake = bench.loop.stop
        bench.loop.run()
        #expect(follower.wakes == 2, "the other three together")
    }

    @Test("a stream that nobody watches any more is not looked at")
    func unwatched() throws {
        let watched = WatchedStreams(loop: bench.loop)
        watched.note(stream)
        stream.unfollow(follower)
        watched.note(stream)
        #expect(watched.all.isEmpty)
        // The bench's own streams hold none either.
        try bring()
        bench.streams.deliver()
        #expect(follower.wakes == 0)
    }
}
