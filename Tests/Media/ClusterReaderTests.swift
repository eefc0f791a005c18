// Frames out of what we wrote: the way back from clusters.

import Testing

@testable import Media

private let start = Document.start(Document.video(), Document.audio())

/// A frame with its bytes.
private struct Found: Equatable {
    let frame: Frame
    let bytes: [UInt8]
}

private func frames(in bytes: [UInt8], continuing clusterMs: Int64? = nil) -> [Found] {
    var reader = ClusterReader(continuingClusterAtMs: clusterMs)
    var found: [Found] = []
    while let (frame, data) = reader.next(in: bytes.span) {
        found.append(Found(frame: frame, bytes: [UInt8](bytes[data])))
    }
    return found
}

/// What an output holds behind its init.
private func clusters(of output: Output) -> [UInt8] {
    [UInt8](output.bytes.dropFirst(output.initializations[0].bytes.count))
}

@Suite("Frames out of clusters of ours")
struct ClusterReaderTests {
    @Test("each frame of a recording is found", arguments: Recording.all)
    func recordings(recording: Recording) {
        let output = output(of: recording.bytes)
        let found = frames(in: clusters(of: output))
        #expect(found.map(\.bytes) == output.blocks.map(\.payload))
        #expect(found.map(\.frame.timeMs) == output.blocks.map(\.timeMs))
        #expect(found.map(\.frame.track) == output.blocks.map { Int($0.track) - 1 })
    }

    @Test("what the container says of a frame is said of it again")
    func flags() {
        let discardable = element(ElementID.simpleBlock, [0x81, 0, 40, 0x09, 7])
        let extra =
            element(ElementID.blockDuration, 25) + element(ElementID.referenceBlock, [0xF0])
        let output = output(
            of: start + Document.cluster(at: 100) + Document.block(1, 0, key: true, [1])
                + Document.block(2, 20, [2]) + discardable + Document.group(1, 80, [3])
                + Document.group(1, 120, [4], extra: extra))
        let expected = [
            Frame(track: 0, timeMs: 100, isKey: true),
            Frame(track: 1, timeMs: 120, isKey: true),
            Frame(track: 0, timeMs: 140, isInvisible: true, isDiscardable: true),
            Frame(track: 0, timeMs: 180, isKey: true, hasElements: true),
            Frame(track: 0, timeMs: 220, durationMs: 25, hasElements: true),
        ]
        let found = frames(in: clusters(of: output))
        #expect(found.map(\.frame) == expected)
        #expect(found.map(\.bytes) == [[1], [2], [7], [3], [4]])
    }

    @Test("a fragment in the middle of a cluster is read with the cluster's time")
    func middle() {
        let block = Document.block(1, 40, [1, 2, 3])
        #expect(
            frames(in: block, continuing: 1_000)
                == [Found(frame: Frame(track: 0, timeMs: 1_040), bytes: [1, 2, 3])])
        #expect(frames(in: block).isEmpty)
    }

    @Test("bytes that are cut off anywhere give what is there")
    func cut() {
        let output = output(
            of: start + Document.cluster(at: 0) + Document.block(1, 0, key: true, [1, 2, 3, 4]))
        let bytes = clusters(of: output)
        for count in bytes.indices {
            let found = frames(in: [UInt8](bytes[..<count]))
            let headBytes = ClusterLayout.headerBytes + 2 + 4
            #expect(found.count == (count < headBytes ? 0 : 1))
            #expect(found.first?.bytes.count ?? 0 == max(0, count - headBytes))
        }
    }

    @Test("what is not ours ends the walk, whatever it claims")
    func foreign() {
        let good = Document.block(1, 0, [9])
        for bad in [
            claim(ElementID.simpleBlock, size: 1 << 50), unknownSize(ElementID.blockGroup),
            Document.cluster(at: 5), [0, 0, 0], element(ElementID.simpleBlock, [0x89, 0, 0, 0, 1]),
            element(ElementID.simpleBlock, [0x81, 0, 0, 0x02, 1, 1]),
            element(ElementID.blockGroup, element(ElementID.blockDuration, 3)),
        ] {
            #expect(frames(in: good + bad + good, continuing: 0).first?.bytes == [9])
            #expect(frames(in: good + bad + good, continuing: 0).count <= 2)
        }
    }
}
