// Blocks out of ring entries.

import Testing

@testable import Media

/// A block with its bytes.
private struct Found: Equatable {
    var track: Int
    var timeMs: Int64
    var isKey: Bool
    var bytes: [UInt8]
}

private func found(in entries: [[UInt8]]) -> [Found] {
    var blocks = StoredBlocks()
    var found: [Found] = []
    for entry in entries {
        blocks.beginEntry()
        while let block = blocks.next(in: entry.span) {
            found.append(
                Found(
                    track: block.track, timeMs: block.timeMs, isKey: block.isKey,
                    bytes: [UInt8](entry[block.payload])))
        }
    }
    return found
}

private let start = Document.start(Document.video(), Document.audio())

/// The fragments of an input that comes in pieces.
private func entries(of output: Output) -> [[UInt8]] {
    output.fragments.map { [UInt8](output.bytes[$0.bytes]) }
}

@Suite("Blocks of ring entries")
struct StoredBlocksTests {
    @Test("each block of a recording is found in the fragments", arguments: Recording.all)
    func recordings(recording: Recording) {
        let cuts = Array(stride(from: 700, to: recording.bytes.count, by: 3_001))
        let output = output(of: recording.bytes, cutAt: cuts)
        let found = found(in: entries(of: output))
        #expect(output.fragments.count > 5)
        #expect(found.map(\.bytes) == output.blocks.map(\.payload))
        #expect(found.map(\.timeMs) == output.blocks.map(\.timeMs))
        #expect(found.map(\.track) == output.blocks.map { Int($0.track) - 1 })
    }

    @Test("what a group says of its block is said of it")
    func group() {
        let extra = element(ElementID.blockDuration, 25)
        let output = output(
            of: start + Document.cluster(at: 100) + Document.group(1, 0, [3])
                + Document.group(1, 40, [4], extra: extra))
        let bytes = entries(of: output).flatMap { $0 }
        var blocks = StoredBlocks()
        #expect(blocks.next(in: bytes.span)?.durationMs == nil)
        let second = blocks.next(in: bytes.span)
        #expect(second?.durationMs == 25 && second?.isKey == true && second?.timeMs == 140)
        #expect(second.map { [UInt8](bytes[$0.payload]) } == [4])
        #expect(blocks.next(in: bytes.span) == nil)
    }

    @Test("what is in front of the first cluster is passed over")
    func beforeCluster() {
        let block = Document.block(1, 40, key: true, [1])
        let output = output(of: start + Document.cluster(at: 5) + block)
        let cluster = entries(of: output).flatMap { $0 }
        #expect(found(in: [block, cluster, block]).map(\.timeMs) == [45, 85])
        var blocks = StoredBlocks(continuingClusterAtMs: 7)
        #expect(blocks.next(in: block.span)?.timeMs == 47)
    }

    @Test("an entry that is cut off or damaged is read as far as it is whole")
    func damage() {
        let output = output(
            of: start + Document.cluster(at: 0) + Document.block(1, 0, key: true, [1, 2])
                + Document.block(1, 40, [3, 4]))
        let bytes = entries(of: output).flatMap { $0 }
        let whole = found(in: [bytes])
        #expect(whole.count == 2)
        for count in bytes.indices {
            let cut = found(in: [[UInt8](bytes[..<count])])
            #expect(cut == Array(whole.prefix(cut.count)))
            #expect(cut.count == (count < ClusterLayout.headerBytes + 8 ? 0 : 1))
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xFF
            #expect(found(in: [damaged, bytes]).suffix(2) == whole[...])
        }
    }
}
