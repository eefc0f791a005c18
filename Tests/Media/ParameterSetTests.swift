// What the parameter sets of H.264 and HEVC say about order, rate, colours and pixels.

import Testing

@testable import Media

/// The fields of a sequence parameter set of H.264 that these tests change.
struct SequenceFields: Sendable, CustomTestStringConvertible {
    var profile: UInt64 = 100
    var constraints: UInt64 = 0
    var level: UInt64 = 31
    var orderType: UInt64 = 0
    var references: UInt64 = 4
    var usability: UsabilityFields?
    var testDescription: String {
        "profile \(profile)/\(constraints), level \(level), order \(orderType), "
            + "\(references) references, \(usability == nil ? "no" : "with") usability"
    }

    struct UsabilityFields: Sendable {
        var aspect: (number: UInt64, width: UInt64, height: UInt64)?
        var colour: (isFull: Bool, numbers: [UInt64])?
        var timing: (units: UInt64, ticks: UInt64)?
        var hasBuffering = false
        var reordered: UInt64?
    }

    /// A set for 1280x720.
    var bytes: [UInt8] {
        var writer = BitWriter()
        for value in [0x67, profile, constraints, level] { writer.bits(value, 8) }
        writer.golomb(0)
        if [100, 110, 122, 244, 44].contains(profile) {
            for value: UInt64 in [1, 0, 0] { writer.golomb(value) }
            writer.bits(0, 2)
        }
        writer.golomb(0)
        writer.golomb(orderType)
        if orderType == 0 { writer.golomb(0) }
        writer.golomb(references)
        writer.flag(false)
        writer.golomb(79)
        writer.golomb(44)
        writer.bits(0b110, 3)
        writer.flag(usability != nil)
        if let usability { usability.write(to: &writer) }
        writer.flag(true)
        return writer.bytes
    }
}

extension SequenceFields.UsabilityFields {
    fileprivate func write(to writer: inout BitWriter) {
        writer.flag(aspect != nil)
        if let aspect {
            writer.bits(aspect.number, 8)
            if aspect.number == 255 {
                writer.bits(aspect.width, 16)
                writer.bits(aspect.height, 16)
            }
        }
        writer.bits(0b11, 2)
        writer.flag(colour != nil)
        if let colour {
            writer.bits(5, 3)
            writer.flag(colour.isFull)
            writer.flag(!colour.numbers.isEmpty)
            for number in colour.numbers { writer.bits(number, 8) }
        }
        writer.flag(true)
        for value: UInt64 in [0, 1] { writer.golomb(value) }
        writer.flag(timing != nil)
        if let timing {
            writer.bits(timing.units, 32)
            writer.bits(timing.ticks, 32)
            writer.flag(true)
        }
        for _ in 0..<2 {
            writer.flag(hasBuffering)
            guard hasBuffering else { continue }
            writer.golomb(1)
            writer.bits(0x35, 8)
            for _ in 0..<2 {
                writer.golomb(70_000)
                writer.golomb(900)
                writer.flag(true)
            }
            writer.bits(0xABCDE, 20)
        }
        if hasBuffering { writer.flag(false) }
        writer.flag(true)
        writer.flag(reordered != nil)
        if let reordered {
            writer.flag(true)
            for value in [2, 1, 16, 16, reordered, 4] { writer.golomb(value) }
        }
    }
}

/// Zeros behind each other are kept apart, as in a real stream.
func escaped(_ bytes: [UInt8]) -> [UInt8] {
    var escaped: [UInt8] = []
    var zeros = 0
    for byte in bytes {
        if zeros == 2, byte <= 3 {
            escaped.append(3)
            zeros = 0
        }
        zeros = byte == 0 ? zeros + 1 : 0
        escaped.append(byte)
    }
    return escaped
}

/// As a decoder reads it.
private func sequence(_ fields: SequenceFields) throws -> H264.Sequence {
    let set = escaped(fields.bytes)
    let read = H264.sequence(set.span)
    let sequence = try #require(read)
    #expect((sequence.size.width, sequence.size.height) == (1_280, 720))
    return sequence
}

@Suite("Parameter sets")
struct ParameterSetTests {
    private typealias Usability = SequenceFields.UsabilityFields

    @Test(
        "H.264 says how many frames wait for one that stands before them",
        arguments: [
            // What the stream says itself.
            (SequenceFields(usability: .init(reordered: 2)), 2),
            (SequenceFields(usability: .init(reordered: 0)), 0),
            (SequenceFields(usability: .init(hasBuffering: true, reordered: 3)), 3),
            // It says nothing: as many as it refers to, and as many as a decoder holds.
            (SequenceFields(), 4), (SequenceFields(references: 1), 1),
            (SequenceFields(references: 16), 5), (SequenceFields(level: 40, references: 16), 9),
            (SequenceFields(level: 30, references: 16), 2),
            (SequenceFields(level: 62, references: 16), 16),
            (SequenceFields(level: 99, references: 16), 16),
            (SequenceFields(profile: 77, level: 11, references: 3), 0),
            (SequenceFields(usability: .init(reordered: nil)), 4),
            (SequenceFields(usability: .init(reordered: 17)), 4),
            // Nothing can wait.
            (SequenceFields(orderType: 2), 0), (SequenceFields(profile: 66), 0),
            (SequenceFields(profile: 44), 0), (SequenceFields(profile: 110, constraints: 16), 0),
            (SequenceFields(orderType: 2, usability: .init(reordered: 2)), 0),
        ] as [(SequenceFields, Int)])
    func reordering(fields: SequenceFields, depth: Int) throws {
        #expect(try sequence(fields).reorderDepth == depth)
    }

    @Test(
        "H.264 says how wide a pixel is",
        arguments: [
            (1, 0, 0, nil), (0, 0, 0, nil), (14, 0, 0, "4:3"), (2, 0, 0, "12:11"),
            (17, 0, 0, nil), (255, 64, 48, "4:3"), (255, 7, 7, nil), (255, 0, 9, nil),
        ] as [(UInt64, UInt64, UInt64, String?)])
    func pixels(number: UInt64, width: UInt64, height: UInt64, aspect: String?) throws {
        let usability = Usability(aspect: (number, width, height), reordered: 0)
        let found = try sequence(SequenceFields(usability: usability)).usability?.pixelAspect
        #expect(found.map { "\($0.horizontal):\($0.vertical)" } == aspect)
    }

    @Test("H.264 says what its colours mean")
    func colours() throws {
        func colour(_ isFull: Bool, _ numbers: [UInt64]) throws -> VideoColour? {
            let usability = Usability(colour: (isFull, numbers), reordered: 0)
            return try sequence(SequenceFields(usability: usability)).usability?.colour
        }
        let hdr = VideoColour(primaries: 9, transfer: 16, matrix: 9, isFullRange: false)
        #expect(try colour(false, [9, 16, 9]) == hdr)
        #expect(hdr?.isWide == true)
        let full = VideoColour(primaries: nil, transfer: nil, matrix: nil, isFullRange: true)
        #expect(try colour(true, []) == full)
        #expect(try colour(false, []) == nil)
        #expect(
            try sequence(SequenceFields(usability: Usability(reordered: 0))).usability?.colour
                == nil)
    }

    @Test(
        "H.264 says how long a frame lasts, if that is a rate and not a clock",
        arguments: [
            (1, 60, 33_333_333), (1_001, 60_000, 33_366_666), (1, 2, 1_000_000_000),
            (1, 180_000, nil), (0, 50, nil), (1, 0, nil), (0xFFFF_FFFF, 0xFFFF_FFFF, nil),
        ] as [(UInt64, UInt64, UInt64?)])
    func rate(units: UInt64, ticks: UInt64, durationNs: UInt64?) throws {
        let usability = Usability(timing: (units, ticks), hasBuffering: true, reordered: 1)
        let found = try sequence(SequenceFields(usability: usability))
        #expect(found.usability?.frameDurationNs == durationNs)
        #expect(found.reorderDepth == 1)
    }

    @Test("a set whose end is cut off still says what stands before that")
    func cutOff() throws {
        let whole = SequenceFields(usability: .init(timing: (1, 60), reordered: 2)).bytes
        let cut = [UInt8](whole.dropLast(4))
        let read = H264.sequence(cut.span)
        let sequence = try #require(read)
        #expect(sequence.size.width == 1_280)
        #expect(sequence.usability == nil)
        #expect(sequence.reorderDepth == 4)
    }

    @Test("sets are found in the set-up of a decoder", arguments: CodecSample.all)
    func inSetUp(sample: CodecSample) throws {
        let track = try sample.table(codecPrivate: sample.codecPrivate).tracks[0]
        let sets: [[UInt8]]?
        switch track.codec {
        case "h264":
            let found = H264.ParameterSets(configuration: track.codecPrivate)
            sets = found.map { $0.sequence + $0.picture }
        case "hevc":
            let found = HEVC.ParameterSets(configuration: track.codecPrivate)
            sets = found.map { $0.video + $0.sequence + $0.picture }
        default:
            #expect(track.reorderDepth == 0)
            return
        }
        #expect(sets == sample.parameterSets)
        // x264 and x265 write B-frames that others refer to; their simplest profile has none.
        #expect((track.reorderDepth > 0) == (sample.description != "h264-base"))
    }

    @Test("a set-up that is cut off has no sets", arguments: ["h264-8", "hevc-8"])
    func damaged(name: String) throws {
        let sample = CodecSample.named(name)
        for count in sample.codecPrivate.indices {
            let cut = [UInt8](sample.codecPrivate.prefix(count))
            if name == "h264-8" {
                let sets = H264.ParameterSets(configuration: cut)
                // Four bytes about depth follow the sets.
                #expect((sets == nil) == (count < sample.codecPrivate.count - 4))
            } else {
                #expect(HEVC.ParameterSets(configuration: cut) == nil)
            }
        }
    }
}
