// A picture of H.264 that repeats the one before it, bit by bit. That decoders put out the same picture is tested
// end to end.

import Testing

@testable import Media

/// A sequence set of the baseline profile, and one picture set.
private struct SetUp {
    var profile: UInt64 = 66
    var frameNumberBits = 4
    /// Nil: the order follows from the numbers.
    var orderBits: Int? = 4
    var columns = 1
    var rows = 1
    var references: UInt64 = 1
    var isInFrames = true
    var isCABAC = false
    var hasBottomOrder = false
    var groups: UInt64 = 0
    var isWeighted = false
    var hasDeblocking = false
    var hasRedundant = false
    var lengthBytes = 4

    var sequence: [UInt8] {
        var writer = BitWriter()
        for byte in [0x67, profile, 0xC0, 30] { writer.bits(byte, 8) }
        writer.golomb(0)
        if profile == 100 {
            for value: UInt64 in [1, 0, 0] { writer.golomb(value) }
            writer.bits(0, 2)
        }
        writer.golomb(UInt64(frameNumberBits - 4))
        writer.golomb(orderBits == nil ? 2 : 0)
        if let orderBits { writer.golomb(UInt64(orderBits - 4)) }
        writer.golomb(references)
        writer.bits(0, 1)
        writer.golomb(UInt64(columns - 1))
        writer.golomb(UInt64(rows - 1))
        writer.flag(isInFrames)
        if !isInFrames { writer.bits(0, 1) }
        writer.bits(1, 1)
        writer.bits(0, 2)
        writer.bits(1, 1)
        return writer.bytes
    }

    var picture: [UInt8] {
        var writer = BitWriter()
        writer.bits(0x68, 8)
        writer.golomb(0)
        writer.golomb(0)
        writer.flag(isCABAC)
        writer.flag(hasBottomOrder)
        writer.golomb(groups)
        writer.golomb(0)
        writer.golomb(0)
        writer.flag(isWeighted)
        writer.bits(0, 2)
        for _ in 0..<3 { writer.golomb(0) }
        writer.flag(hasDeblocking)
        writer.bits(0, 1)
        writer.flag(hasRedundant)
        writer.bits(1, 1)
        return writer.bytes
    }

    var repeating: H264.Repeating? {
        let units: [UInt8] = [sequence, picture].flatMap { [0, 0, 0, UInt8($0.count)] + $0 }
        var configuration = H264.configuration(
            H264.ParameterSets(in: units.span, .lengths(4)))
        configuration?[4] = 0xFC | UInt8(lengthBytes - 1)
        return configuration.flatMap { H264.Repeating(configuration: $0) }
    }

    /// A frame with one slice of this kind.
    func slice(
        type: UInt64 = 1, importance: UInt64 = 3, kind: UInt64 = 5, number: UInt64,
        order: UInt64 = 0,
        keeping: (inout BitWriter) -> Void = { $0.bits(0, 1) }
    ) -> [UInt8] {
        var writer = BitWriter()
        writer.bits(importance << 5 | type, 8)
        writer.golomb(0)
        writer.golomb(kind)
        writer.golomb(0)
        writer.bits(number, frameNumberBits)
        if type == 5 { writer.golomb(0) }
        if let orderBits { writer.bits(order, orderBits) }
        if hasBottomOrder, orderBits != nil { writer.golomb(0) }
        if hasRedundant { writer.golomb(0) }
        if kind % 5 == 0 {
            // One reference, in its order.
            writer.bits(0b110, 3)
            if isWeighted {
                writer.golomb(0)
                writer.golomb(0)
                writer.bits(0, 2)
            }
        }
        keeping(&writer)
        writer.bits(0xFF, 8)
        let unit = writer.bytes
        return (0..<lengthBytes).map {
            UInt8(truncatingIfNeeded: unit.count >> (8 * (lengthBytes - 1 - $0)))
        } + unit
    }
}

@Suite("Repeated frames of H.264")
struct H264RepeatTests {
    @Test("the bytes for one block, and for a whole picture")
    func bytes() throws {
        var setUp = SetUp()
        let again = H264.Repetition(frameNumber: 5, order: 9, pictureSet: 0)
        // 1 00110 1 0101 1001 1 1 0 1, as many blocks as there are, 1 and zeros.
        #expect(
            try #require(setUp.repeating).bytes(of: again) == [0, 0, 0, 4, 1, 0x9A, 0xB3, 0xAA])
        (setUp.columns, setUp.rows) = (120, 68)
        #expect(
            try #require(setUp.repeating).bytes(of: again)
                == [0, 0, 0, 7, 1, 0x9A, 0xB3, 0xA0, 0x01, 0xFE, 0x18])
        setUp = SetUp(hasDeblocking: true, lengthBytes: 2)
        #expect(
            try #require(setUp.repeating).bytes(of: again) == [0, 5, 1, 0x9A, 0xB3, 0xA9, 0x40])
    }

    @Test("number and place are one more than those of the picture before, and begin again")
    func numbers() throws {
        let setUp = SetUp()
        let repeating = try #require(setUp.repeating)
        func again(_ frame: [UInt8]) -> H264.Repetition? { repeating.again(frame.span) }
        #expect(
            again(setUp.slice(number: 4, order: 8))
                == H264.Repetition(frameNumber: 5, order: 9, pictureSet: 0))
        #expect(
            again(setUp.slice(number: 15, order: 15))
                == H264.Repetition(frameNumber: 0, order: 0, pictureSet: 0))
        let key = setUp.slice(type: 5, kind: 7, number: 0, order: 0) { $0.bits(0, 2) }
        #expect(again(key) == H264.Repetition(frameNumber: 1, order: 1, pictureSet: 0))
        // Sets and information in front.
        #expect(again([0, 0, 0, 2, 9, 0xF0, 0, 0, 0, 2, 6, 0x80] + key) != nil)
        let plain = SetUp(orderBits: nil)
        let other = try #require(plain.repeating)
        #expect(
            other.again(plain.slice(number: 3).span)
                == H264.Repetition(frameNumber: 4, order: 0, pictureSet: 0))
    }

    @Test("weights, marks and other fields on the way are passed over")
    func fields() throws {
        for setUp in [
            SetUp(profile: 100, orderBits: nil, isWeighted: true), SetUp(hasBottomOrder: true),
            SetUp(hasDeblocking: true, hasRedundant: true), SetUp(lengthBytes: 1),
        ] {
            let frame = setUp.slice(number: 1, order: 2) { writer in
                // Some other picture is forgotten.
                writer.bits(1, 1)
                writer.golomb(1)
                writer.golomb(0)
                writer.golomb(0)
            }
            let repeating = try #require(setUp.repeating)
            let found = repeating.again(frame.span)
            let again = try #require(found)
            let bytes = try #require(repeating.bytes(of: again))
            // What was made is of a picture that cannot be repeated itself, since nothing refers to it.
            #expect(repeating.again(bytes.span) == nil)
        }
    }

    @Test("what cannot be repeated is not")
    func never() throws {
        for setUp in [
            SetUp(references: 0), SetUp(isInFrames: false), SetUp(isCABAC: true), SetUp(groups: 1),
            // Another order than that of decoding is possible.
            SetUp(profile: 100, orderBits: 4, references: 2),
        ] {
            #expect(setUp.repeating == nil)
        }
        let setUp = SetUp()
        let repeating = try #require(setUp.repeating)
        let frames: [[UInt8]] = [
            [], [0, 0, 0, 1, 9], setUp.slice(importance: 0, number: 1),
            setUp.slice(kind: 6, number: 1), setUp.slice(kind: 3, number: 1),
            setUp.slice(type: 2, number: 1),
            // A key picture that is kept for long; all others forgotten; this one kept for long.
            setUp.slice(type: 5, kind: 7, number: 0) { $0.bits(1, 2) },
            setUp.slice(number: 1) { writer in
                writer.bits(1, 1)
                writer.golomb(5)
                writer.golomb(0)
            },
            setUp.slice(number: 1) { writer in
                writer.bits(1, 1)
                writer.golomb(6)
                writer.golomb(0)
                writer.golomb(0)
            },
            [UInt8](setUp.slice(number: 1).prefix(6)),
        ]
        for frame in frames { #expect(repeating.again(frame.span) == nil, "\(frame)") }
        #expect(
            repeating.bytes(of: H264.Repetition(frameNumber: 0, order: 0, pictureSet: 1)) == nil)
    }

    @Test("no start code comes about by it")
    func escaped() throws {
        let setUp = SetUp(frameNumberBits: 16, orderBits: 16)
        let repeating = try #require(setUp.repeating)
        for number in [0, 1, 2, 3, 0x8000] as [UInt16] {
            let again = H264.Repetition(frameNumber: number, order: 0, pictureSet: 0)
            let unit = try #require(repeating.bytes(of: again)).dropFirst(4)
            let bytes = [UInt8](unit)
            for index in bytes.indices.dropLast(2) where bytes[index] == 0 && bytes[index + 1] == 0
            {
                #expect(bytes[index + 2] == 3)
            }
        }
    }

    @Test(
        "every frame that Chromium's recorder makes can be repeated, and none of those with B-frames"
    )
    func recordings() throws {
        for (name, isAble) in [
            ("chromium-h264-opus.mkv", true), ("ffmpeg-file-h264-open-gop-aac.mkv", false),
        ] {
            let output = output(of: Recording(named: name).bytes)
            let track = try #require(output.initializations.first?.tracks.first)
            guard var repeater = FrameRepeater(for: track) else {
                #expect(!isAble)
                continue
            }
            var blocks = StoredBlocks()
            var frames = 0
            for fragment in output.fragments {
                let bytes = [UInt8](output.bytes[fragment.bytes])
                blocks.beginEntry()
                while let block = blocks.next(in: bytes.span) {
                    guard block.track == 0 else { continue }
                    let again = repeater.take(bytes.span.extracting(block.payload)).again
                    #expect(again.flatMap { repeater.bytes(of: $0) } != nil)
                    frames += 1
                }
            }
            #expect(isAble && frames > 50)
        }
    }

    @Test("no bytes make it trap")
    func hostile() throws {
        let setUp = SetUp(profile: 100, orderBits: nil, isWeighted: true)
        let repeating = try #require(setUp.repeating)
        var random = SeededRandom(seed: 5)
        let good = setUp.slice(number: 1)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[bytes.indices.randomElement(using: &random) ?? 0] = .random(
                    in: 0...255, using: &random)
            }
            if let again = repeating.again(bytes.span) { _ = repeating.bytes(of: again) }
        }
    }
}
