// Lacing is undone: each frame gets its own block at its own time.

import Testing

@testable import Media

private let start = Document.start(Document.video(), Document.audio())

private struct Lace: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let flags: UInt8
    let head: [UInt8]
    let sizes: [Int]

    init(_ name: String, _ flags: UInt8, head: [UInt8], sizes: [Int]) {
        testDescription = name
        self.flags = flags
        self.head = head
        self.sizes = sizes
    }

    var frames: [[UInt8]] {
        sizes.enumerated().map { [UInt8](repeating: UInt8($0 + 1), count: $1) }
    }

    /// The content of a block of track 2.
    func content(_ time: UInt8 = 0) -> [UInt8] {
        [0x82, 0, time, flags] + head + frames.joined()
    }
}

private let laces = [
    Lace("Xiph", 0x02, head: [2, 3, 255, 1], sizes: [3, 256, 7]),
    Lace("Xiph, a size of 255", 0x02, head: [1, 255, 0], sizes: [255, 1]),
    Lace("Xiph, one frame", 0x02, head: [0], sizes: [5]),
    Lace("EBML", 0x06, head: [2, 0x83, 0xC3], sizes: [3, 7, 2]),
    Lace(
        "EBML, sizes of two bytes", 0x06, head: [2, 0x41, 0x2C, 0x5E, 0xFF], sizes: [300, 44, 6]),
    Lace("of equal size", 0x04, head: [3], sizes: [4, 4, 4, 4]),
]

/// Each block of an output, with its flags: taken apart by other code than the parser's.
private func flags(of output: Output) -> [UInt8] {
    var flags: [UInt8] = []
    var position = output.initializations[0].bytes.count
    while position < output.bytes.count {
        guard
            case .header(let header)? = try? ElementHeader.parse(
                output.bytes.span, at: position, end: output.bytes.count)
        else { return flags }
        position += header.headerBytes
        if header.id == ElementID.simpleBlock { flags.append(output.bytes[position + 3]) }
        if header.id != ElementID.cluster, header.id != ElementID.blockGroup {
            position += Int(header.size ?? 0)
        }
    }
    return flags
}

@Suite("Lacing")
struct LacingTests {
    @Test("each frame has its own block and the key bit", arguments: laces)
    private func undone(lace: Lace) {
        let header = Document.start(Document.video(), Document.audio(codec: "A_UNKNOWN"))
        let bytes =
            header + Document.cluster(at: 1_000) + element(ElementID.simpleBlock, lace.content())
        let whole = output(of: bytes)
        #expect(whole.losses == 0)
        #expect(whole.blocks.map(\.payload) == lace.frames)
        #expect(whole.blocks.allSatisfy { $0.track == 2 })
        #expect(flags(of: whole) == [UInt8](repeating: 0x80, count: lace.sizes.count))
        let times = whole.blocks.map(\.timeMs)
        #expect(times == (0..<Int64(lace.sizes.count)).map { 1_000 + 20 * $0 })
        #expect(output(of: bytes, cutAt: [Int](bytes.indices.dropFirst())).isSame(as: whole))
    }

    @Test("a lace that is cut short anywhere is a loss, never a trap", arguments: laces)
    private func damaged(lace: Lace) {
        for length in 4..<lace.content().count {
            let block = element(ElementID.simpleBlock, [UInt8](lace.content()[..<length]))
            let output = output(of: start + Document.cluster(at: 0) + block)
            #expect(output.error == nil)
        }
    }

    @Test("a frame lasts as long as its codec says, to the microsecond")
    func codecDurations() {
        let rate = element(ElementID.samplingFrequency, [0x40, 0xE7, 0x70, 0, 0, 0, 0, 0])
        let aac = Document.track(
            2, type: 2, codec: "A_AAC",
            extra: element(ElementID.audio, rate + element(ElementID.channels, 2)))
        let lace = [UInt8]([0x82, 0, 0, 0x04, 7]) + [UInt8](repeating: 9, count: 80)
        let bytes = Document.cluster(at: 0) + element(ElementID.simpleBlock, lace)
        // 1,024 samples of 48,000 a second.
        #expect(
            output(of: Document.start(Document.video(), aac) + bytes).blocks.map(\.timeMs)
                == [0, 21, 43, 64, 85, 107, 128, 149])
        // Opus of 20 ms (configuration 1), two frames to a packet.
        #expect(
            output(of: start + bytes).blocks.map(\.timeMs)
                == [0, 40, 80, 120, 160, 200, 240, 280])
    }

    @Test("a BlockGroup's length is shared, and its padding stays with the last frame")
    func group() {
        let padding = element(ElementID.discardPadding, [1, 2])
        let codec = Document.audio(2, codec: "A_UNKNOWN")
        let output = output(
            of: Document.start(Document.video(), codec) + Document.cluster(at: 0)
                + element(
                    ElementID.blockGroup,
                    element(ElementID.block, laces[5].content())
                        + element(ElementID.blockDuration, 100) + padding))
        #expect(output.blocks.map(\.timeMs) == [0, 25, 50, 75])
        let last = element(
            ElementID.blockGroup,
            element(ElementID.block, [0x82, 0, 75, 0, 4, 4, 4, 4]) + padding)
        #expect(output.bytes.suffix(last.count) == last[...])
    }

    @Test("frames between others' times are in order, and a retry in the middle goes on there")
    func retries() throws {
        // A lace is ahead of the pictures that belong between its frames.
        let pictures = [UInt8](
            (0..<100).map { index in
                Document.cluster(at: UInt64(index * 60))
                    + element(ElementID.simpleBlock, laces[0].content())
                    + Document.block(1, 10, key: index.isMultiple(of: 7))
                    + Document.block(1, 30, key: index.isMultiple(of: 9)) + Document.block(1, 50)
            }.joined())
        let bytes = start + pictures
        var ingest = WebMIngest(limits: .usual)
        var seen = Output()
        seen.push(bytes[..<start.count], through: &ingest)
        let chunk = bytes[start.count...]
        seen.push(chunk, through: &ingest)
        #expect(seen.fragments.count > 20)
        for fragment in seen.fragments {
            try seen.expectSame(from: fragment, of: chunk, as: ingest)
        }
        let times = seen.blocks.map(\.timeMs).drop { $0 < 100 }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("sound has the key bit, whatever its source says, and refers to nothing")
    func keyBit() {
        let output = output(
            of: start + Document.cluster(at: 0) + Document.block(2, 0)
                + Document.block(1, 1, key: true) + Document.block(1, 2)
                + Document.group(2, 3, extra: element(ElementID.referenceBlock, [0xDF])))
        #expect(flags(of: output) == [0x80, 0x80, 0])
        let group = Document.group(2, 2)
        #expect(output.bytes.suffix(group.count) == group[...])
    }
}
