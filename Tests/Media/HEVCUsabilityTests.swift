// What stands at the very end of a sequence parameter set of HEVC: it is found only if everything in front of
// it is read right.

import Testing

@testable import Media

/// A sequence parameter set for 1280x720 that has, or does not have, what stands in front of its end.
struct HEVCFields: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var hasScalingLists = false
    var hasRawBlocks = false
    var hasShortTermSets = false
    var hasLongTermPictures = false
    var layers: UInt64 = 1
    var isInFields = false

    static let all = [
        HEVCFields(testDescription: "plain"),
        HEVCFields(testDescription: "with scaling lists", hasScalingLists: true),
        HEVCFields(testDescription: "with raw blocks", hasRawBlocks: true),
        HEVCFields(testDescription: "with short-term sets", hasShortTermSets: true),
        HEVCFields(testDescription: "with long-term pictures", hasLongTermPictures: true),
        HEVCFields(testDescription: "with three layers", layers: 3),
        HEVCFields(testDescription: "in fields", isInFields: true),
        HEVCFields(
            testDescription: "with everything", hasScalingLists: true, hasRawBlocks: true,
            hasShortTermSets: true, hasLongTermPictures: true, layers: 2, isInFields: true),
    ]

    /// Two reordered pictures, HDR, 16:11, 30,000/1,001 a second.
    var bytes: [UInt8] {
        var writer = BitWriter()
        writeBeginning(to: &writer)
        for value: UInt64 in [0, 3, 0, 3, 1, 1] { writer.golomb(value) }
        writer.flag(hasScalingLists)
        if hasScalingLists { writeScalingLists(to: &writer) }
        writer.bits(0b11, 2)
        writer.flag(hasRawBlocks)
        if hasRawBlocks {
            writer.bits(0x77, 8)
            writer.golomb(0)
            writer.golomb(2)
            writer.flag(true)
        }
        if hasShortTermSets { writeShortTermSets(to: &writer) } else { writer.golomb(0) }
        writer.flag(hasLongTermPictures)
        if hasLongTermPictures {
            writer.golomb(2)
            // Numbers of eight bits, each with a flag.
            for _ in 0..<2 { writer.bits(0x1FF, 9) }
        }
        writer.bits(0b11, 2)
        writer.flag(true)
        writeUsability(to: &writer)
        return writer.bytes
    }

    private func writeBeginning(to writer: inout BitWriter) {
        writer.bits(0x4201, 16)
        writer.bits(0, 4)
        writer.bits(layers - 1, 3)
        writer.flag(true)
        writer.bits(0x0160_0000_FF90, 48)
        writer.bits(0x0101_0101_015D, 48)
        if layers > 1 {
            for _ in 0..<(layers - 1) { writer.bits(0b11, 2) }
            for _ in 0..<(8 - (layers - 1)) { writer.bits(0, 2) }
            for _ in 0..<(layers - 1) {
                writer.bits(0x1122_3344_5566, 48)
                writer.bits(0x77_8899_AABB, 40)
                writer.bits(0x5A, 8)
            }
        }
        for value: UInt64 in [0, 1, 1_280, 720] { writer.golomb(value) }
        writer.flag(false)
        for value: UInt64 in [0, 0, 4] { writer.golomb(value) }
        writer.flag(layers > 1)
        for layer in 0..<layers {
            let reordered: UInt64 = layer == layers - 1 ? 2 : 0
            for value in [4, reordered, 0] { writer.golomb(value) }
        }
    }

    private func writeScalingLists(to writer: inout BitWriter) {
        writer.flag(true)
        for size in 0..<4 {
            for list in 0..<(size == 3 ? 2 : 6) {
                let isGiven = list % 2 == 0
                writer.flag(isGiven)
                if isGiven {
                    let count = min(64, 1 << (4 + 2 * size)) + (size > 1 ? 1 : 0)
                    for index in 0..<count { writer.golomb(UInt64(index % 5)) }
                } else {
                    writer.golomb(1)
                }
            }
        }
    }

    private func writeShortTermSets(to writer: inout BitWriter) {
        writer.golomb(4)
        // -1 and -3, and 2.
        for value: UInt64 in [2, 1] { writer.golomb(value) }
        for value: UInt64 in [0, 1, 1] {
            writer.golomb(value)
            writer.flag(true)
        }
        // One earlier: -2, -4, 1, and -1.
        writer.bits(0b11, 2)
        writer.golomb(0)
        writer.bits(0b1111, 4)
        // One later: what was at -1 is this picture and does not count; -1, -3, 2 and 1 do.
        writer.bits(0b10, 2)
        writer.golomb(0)
        writer.bits(0b11111, 5)
        // Two earlier, of four pictures and itself: the first is not used but kept, the second left out.
        writer.bits(0b11, 2)
        writer.golomb(1)
        writer.bits(0b01_00_111, 7)
    }

    private func writeUsability(to writer: inout BitWriter) {
        writer.flag(true)
        writer.bits(4, 8)
        writer.bits(0b10, 2)
        writer.flag(true)
        writer.bits(0b101_0_1, 5)
        for value: UInt64 in [9, 16, 9] { writer.bits(value, 8) }
        writer.flag(true)
        for value: UInt64 in [0, 0] { writer.golomb(value) }
        writer.flag(false)
        writer.flag(isInFields)
        writer.bits(0b11, 2)
        for value: UInt64 in [0, 0, 0, 4] { writer.golomb(value) }
        writer.flag(true)
        writer.bits(1_001, 32)
        writer.bits(isInFields ? 60_000 : 30_000, 32)
        writer.bits(0b001, 3)
    }
}

@Suite("Usability of HEVC")
struct HEVCUsabilityTests {
    @Test("colours, pixels and rate are found behind everything else", arguments: HEVCFields.all)
    func found(fields: HEVCFields) throws {
        let set = escaped(fields.bytes)
        let read = HEVC.sequence(set.span)
        let sequence = try #require(read)
        #expect((sequence.size.width, sequence.size.height) == (1_280, 720))
        #expect(sequence.reorderDepth == 2)
        let usability = try #require(sequence.usability)
        #expect(usability.pixelAspect == PixelAspect(horizontal: 16, vertical: 11))
        #expect(
            usability.colour
                == VideoColour(primaries: 9, transfer: 16, matrix: 9, isFullRange: false))
        #expect(usability.frameDurationNs == 33_366_666)
    }

    @Test("a set that is cut off anywhere behind its size still says the size")
    func cutOff() throws {
        let whole = escaped(try #require(HEVCFields.all.last).bytes)
        for count in 60..<(whole.count - 8) {
            let cut = [UInt8](whole.prefix(count))
            let read = HEVC.sequence(cut.span)
            #expect(read?.size.width == 1_280)
            #expect(read?.usability == nil)
        }
    }

    @Test("more sets than there can be are not read")
    func tooMany() {
        for sets: UInt64 in [65, 1_000_000] {
            var writer = BitWriter()
            for _ in 0..<6 { writer.golomb(0) }
            writer.bits(0, 4)
            writer.golomb(sets)
            for _ in 0..<100 { writer.bits(0xFFFF, 16) }
            var reader = BitReader(writer.bytes)
            #expect(HEVC.usability(&reader, orderBits: 8) == nil)
        }
    }

    @Test(
        "encoders say the rate",
        arguments: CodecSample.all.filter { $0.codecID.hasPrefix("V_MPEG") }
    )
    func rates(sample: CodecSample) throws {
        let track = try MP4Track(.made(sample.codecID, sample.codecPrivate))
        #expect(track.frameRate == 25)
    }
}
