// A source whose clock jumps within one header: viewers see no jump.

import Testing

@testable import Media

private let start = Document.start(Document.video(), Document.audio())

/// Pictures each 40 ms and sound each 20 ms for a while, with a jump; sound jumps some blocks apart.
private struct Jump: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let fromMs: Int
    let toMs: Int
    /// The sound's clock jumps so much later than the picture's; earlier if below 0.
    var soundLaterMs = 0
    var isSeen = true

    init(_ name: String, from: Int, to: Int, soundLaterMs: Int = 0, isSeen: Bool = true) {
        testDescription = name
        fromMs = from
        toMs = to
        self.soundLaterMs = soundLaterMs
        self.isSeen = isSeen
    }

    /// Each block's bytes, with its time as it would be without the jump.
    var blocks: [(timeMs: Int, bytes: [UInt8])] {
        stride(from: 0, to: 8_000, by: 20).flatMap { timeMs in
            var blocks = [block(2, timeMs, jumpsAtMs: 4_000 + soundLaterMs)]
            if timeMs.isMultiple(of: 40) {
                blocks.insert(block(1, timeMs, jumpsAtMs: 4_000), at: 0)
            }
            return blocks
        }
    }

    private func block(
        _ track: UInt8, _ timeMs: Int, jumpsAtMs: Int
    ) -> (timeMs: Int, bytes: [UInt8]) {
        let sourceMs = timeMs < jumpsAtMs ? fromMs + timeMs - 4_000 : toMs + timeMs - 4_000
        let isKey = track == 1 && timeMs.isMultiple(of: 2_800)
        let block = Document.block(track, 0, key: isKey, [UInt8(truncatingIfNeeded: timeMs / 20)])
        return (timeMs, Document.cluster(at: UInt64(sourceMs)) + block)
    }
}

private let jumps = [
    Jump("back to 0", from: 3_600_000, to: 0),
    Jump("ahead an hour", from: 4_000, to: 3_600_000),
    Jump("back 5 s", from: 20_000, to: 15_000),
    Jump("back a little over a second", from: 20_000, to: 18_900),
    Jump("ahead a little over ten seconds", from: 4_000, to: 14_100),
    Jump("back, the sound three blocks later", from: 20_000, to: 15_000, soundLaterMs: 60),
    Jump("back, the sound three blocks earlier", from: 20_000, to: 15_000, soundLaterMs: -60),
    Jump("ahead, the sound five blocks later", from: 4_000, to: 3_600_000, soundLaterMs: 100),
    Jump("ahead, the sound five blocks earlier", from: 4_000, to: 3_600_000, soundLaterMs: -100),
    Jump("a pause of nine seconds", from: 4_000, to: 13_000, isSeen: false),
    Jump("half a second back", from: 4_500, to: 4_000, isSeen: false),
]

@Suite("Jumps of the source's clock")
struct TimeJumpTests {
    @Test("time goes on where it was, for all tracks together", arguments: jumps)
    private func steady(jump: Jump) {
        let whole = output(of: start + jump.blocks.flatMap(\.bytes))
        #expect(whole.blocks.count == jump.blocks.count)
        #expect(whole.error == nil && whole.losses == 0)
        let discontinuities = whole.clusters.filter(\.isDiscontinuity)
        #expect(discontinuities.count == (jump.isSeen ? 1 : 0))
        guard jump.isSeen else { return }
        let offsetMs = Int64(jump.fromMs - 4_000)
        for track in [UInt8(1), 2] {
            let times = whole.blocks.filter { $0.track == track }.map { $0.timeMs - offsetMs }
            #expect(times == (0..<times.count).map { Int64($0 * (track == 1 ? 40 : 20)) })
        }
        let steps = zip(whole.blocks, whole.blocks.dropFirst()).map { $1.timeMs - $0.timeMs }
        #expect(steps.allSatisfy { $0 >= 0 })
        // No picture is missing for those who watch, and nobody begins at one that needs another.
        #expect(
            whole.clusters.filter(\.isIndependent).allSatisfy {
                [0, 2_800, 5_600]
                    .contains($0.timeMs - offsetMs)
            })
    }

    @Test("another process keeps what was taken out", arguments: jumps)
    private func resumed(jump: Jump) throws {
        let blocks = jump.blocks
        let whole = output(of: start + blocks.flatMap(\.bytes))
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(start, through: &ingest)
        for block in blocks {
            output.push(block.bytes, through: &ingest)
            ingest = try WebMIngest(
                resuming: ingest.state(), carry: ingest.carry,
                initialization: ingest.initialization, limits: .usual)
        }
        output.flush(&ingest)
        #expect(output.blocks == whole.blocks)
        #expect(output.clusters == whole.clusters)
    }

    @Test("a track that was silent while the others jumped finds its place again")
    func silentTrack() {
        let sound = { (timeMs: Int, sourceMs: Int) in
            Document.cluster(at: UInt64(sourceMs)) + Document.block(2, 0, [UInt8(timeMs / 100)])
        }
        var bytes = start + Document.cluster(at: 30_000) + Document.block(1, 0, key: true)
        for timeMs in stride(from: 0, to: 10_000, by: 100) {
            bytes += sound(timeMs, 30_000 + timeMs)
        }
        // The sound's clock goes back by 20 s, and the picture comes again later.
        for timeMs in stride(from: 10_000, to: 15_000, by: 100) {
            bytes += sound(timeMs, 10_000 + timeMs)
        }
        bytes += Document.cluster(at: 25_000) + Document.block(1, 0, key: true)
        let output = output(of: bytes)
        #expect(
            output.blocks.last == WrittenBlock(track: 1, timeMs: 45_000, payload: Document.frame))
        #expect(output.clusters.filter(\.isDiscontinuity).count == 1)
    }

    @Test("times at the ends of what is possible never trap")
    func extremes() {
        let times: [UInt64] = [0, 1 << 53, 5, 1 << 52, 1 << 53, 0, 1 << 40, 0, 1 << 53]
        for scale in [1, 1_000_000, 1_000_000_000] as [UInt64] {
            let header = Document.start(
                timestampScale: scale, Document.video(), Document.audio())
            for step in 1...3 {
                let blocks = times.enumerated().flatMap { index, time in
                    Document.cluster(at: time)
                        + Document.block(UInt8(index / step % 2 + 1), -30_000, key: true)
                }
                let output = output(of: header + blocks)
                #expect(output.blocks.count == times.count)
                #expect(output.blocks.allSatisfy { (0...Timeline.latestMs).contains($0.timeMs) })
            }
        }
    }
}
