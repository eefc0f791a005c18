// A header that waits for the first key frame, because only that says what a decoder needs.

import Testing

@testable import Media

private let start = Document.start(Document.video(codec: "V_VP9"), Document.audio())

/// Sound and pictures that do not say what they are, for so long.
private func silentFrames(untilMs: Int) -> [UInt8] {
    stride(from: 0, to: untilMs, by: 100).flatMap {
        Document.cluster(at: UInt64($0)) + Document.block(1, 0, key: true) + Document.block(2, 10)
    }
}

@Suite("Headers that wait for the first key frame")
struct FirstFrameTests {
    @Test("a recorder's header comes with its first key frame, and nothing of it is lost")
    func keyFrame() throws {
        let recording = Recording(named: "chromium-h264-opus.mkv")
        let header = output(of: recording.bytes).initializations
        #expect(header.count == 1)
        #expect(header.first?.tracks[0].codecPrivate.first == 1)
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        for byte in recording.bytes.indices where output.initializations.isEmpty {
            output.push(recording.bytes[byte..<byte + 1], through: &ingest)
            guard !output.initializations.isEmpty else { continue }
            // The frame that completed it, and what came before it, came with it.
            #expect(output.blocks.contains { $0.track == 1 })
        }
        #expect(output.initializations == header)
    }

    @Test("it waits through two seconds of media, then says what is known")
    func mediaTime() {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(start + silentFrames(untilMs: 2_000), through: &ingest)
        #expect(output.initializations.isEmpty && ingest.isMidElement)
        output.push(Document.cluster(at: 2_100) + Document.block(2, 0), through: &ingest)
        #expect(output.initializations.count == 1)
        #expect(output.blocks.count == 41)
        #expect(!ingest.isMidElement)
    }

    @Test("it waits through a bounded number of bytes")
    func bytes() {
        var limits = MediaLimits.usual
        limits.blockBytes = 1_000
        var ingest = WebMIngest(limits: limits)
        var output = Output()
        output.push(start, through: &ingest)
        while output.initializations.isEmpty {
            output.push(Document.cluster(at: 0) + Document.block(2, 0), through: &ingest)
            #expect(ingest.carry.count <= 2_000)
        }
        #expect(output.blocks.count > 20)
    }

    @Test(
        "what a key frame says stands at its beginning, however long the rest is",
        arguments: CodecSample.all, [false, true])
    func longKeyFrame(sample: CodecSample, inGroup: Bool) throws {
        let start = Document.start(Document.video(codec: sample.codecID), Document.audio())
        let frame = sample.withStartCodes + [UInt8](repeating: 7, count: 1_000_000)
        let block =
            inGroup ? Document.group(1, 0, frame) : Document.block(1, 0, key: true, frame)
        let bytes = start + Document.cluster(at: 0) + Document.block(2, 0) + block
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        // As much as can come of a body that has no place yet.
        output.push(bytes[..<MediaLimits.mostFirstFrameBytes], through: &ingest)
        let header = try #require(output.initializations.first)
        #expect(header.tracks[0].codecString == sample.codecString)
        output.push(bytes[MediaLimits.mostFirstFrameBytes...], through: &ingest)
        output.push(Document.cluster(at: 100) + Document.block(2, 0), through: &ingest)
        #expect(output.initializations.count == 1)
        #expect(output.blocks.map(\.payload.count).max() ?? 0 > 1_000_000)
    }

    @Test("it waits through no more bytes than can come of a body that has no place yet")
    func muchMedia() {
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        output.push(start + Document.cluster(at: 0), through: &ingest)
        var pushed = 0
        while output.initializations.isEmpty, pushed < 10 * MediaLimits.mostFirstFrameBytes {
            let block = Document.block(2, 0, [UInt8](repeating: 7, count: 5_000))
            output.push(block, through: &ingest)
            pushed += block.count
        }
        #expect(pushed <= MediaLimits.mostFirstFrameBytes + 5_100)
    }

    @Test("at the end of a body it comes with what is known, and the frames are not lost")
    func settled() {
        let whole = output(of: start + silentFrames(untilMs: 500))
        #expect(whole.initializations.count == 1)
        #expect(whole.blocks.count == 10)
    }

    @Test("another process goes on waiting")
    func resumed() throws {
        let bytes = start + silentFrames(untilMs: 3_000)
        var ingest = WebMIngest(limits: .usual)
        var output = Output()
        for begin in stride(from: 0, to: bytes.count, by: 61) {
            output.push(bytes[begin..<min(begin + 61, bytes.count)], through: &ingest)
            ingest = try WebMIngest(
                resuming: ingest.state(), carry: ingest.carry,
                initialization: ingest.initialization, limits: .usual)
        }
        #expect(output.initializations.count == 1)
        #expect(output.blocks.count == 60)
    }
}
