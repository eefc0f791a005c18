// What HEVC says about itself: parameter sets, the decoder configuration made of them, and which
// frames are places to begin (ITU-T H.265 sections 7.3.1 to 7.3.3, ISO/IEC 14496-15 section
// 8.3.3.1). Everything in it is from the broadcaster.

enum HEVC {
    private static let profileBits = 96
    private static let mostReordered: UInt32 = 15

    private enum Unit {
        static let video: UInt8 = 32
        static let sequence: UInt8 = 33
        static let picture: UInt8 = 34
        /// Slices; of these, 16 to 23 are pictures from which decoding can begin.
        static let slices: ClosedRange<UInt8> = 0...31
        static let keyframes: ClosedRange<UInt8> = 16...23

        static func type(_ first: UInt8) -> UInt8 { first >> 1 & 0x3F }
    }

    /// Bytes of each length in the frames, if this is a decoder configuration (hvcC). Early writers
    /// left its version at 0.
    static func lengthBytes(configuration: [UInt8]) -> Int? {
        guard configuration.count >= 23, configuration[0] <= 1 else { return nil }
        // A start code would be 00 00 01 or 00 00 00 01.
        if configuration[0] == 0, configuration[1] == 0 { return nil }
        let count = Int(configuration[21] & 3) + 1
        return count == 3 ? nil : count
    }

    static func isKeyframe(_ frame: Span<UInt8>, _ format: NALFormat) -> Bool? {
        var reader = NALReader(format)
        while let unit = reader.next(in: frame) {
            let type = Unit.type(frame[unit.lowerBound])
            if Unit.slices.contains(type) { return Unit.keyframes.contains(type) }
        }
        return nil
    }

    struct ParameterSets {
        var video: [[UInt8]] = []
        var sequence: [[UInt8]] = []
        var picture: [[UInt8]] = []

        init(in bytes: Span<UInt8>, _ format: NALFormat) {
            NALReader.forEachSet(in: bytes, format) { copy in
                switch Unit.type(copy[0]) {
                case Unit.video where video.count < 16 && !video.contains(copy):
                    video.append(copy)
                case Unit.sequence where sequence.count < 16 && !sequence.contains(copy):
                    sequence.append(copy)
                case Unit.picture where picture.count < 64 && !picture.contains(copy):
                    picture.append(copy)
                default: break
                }
            }
        }

        /// Those of a decoder configuration (hvcC); nil if it is broken.
        init?(configuration: [UInt8]) {
            guard HEVC.lengthBytes(configuration: configuration) != nil else { return nil }
            var reader = ParameterSetReader(configuration, from: 23)
            for _ in 0..<Int(configuration[22]) {
                guard let type = reader.number(bytes: 1), let count = reader.number(bytes: 2)
                else { return nil }
                for _ in 0..<count {
                    guard let set = reader.set() else { return nil }
                    switch UInt8(type & 0x3F) {
                    case Unit.video: video.append(set)
                    case Unit.sequence: sequence.append(set)
                    case Unit.picture: picture.append(set)
                    default: break
                    }
                }
            }
        }
    }

    /// What a sequence parameter set says.
    struct Sequence {
        /// Profile, tier, compatibility, constraints and level: twelve bytes as they stand in it.
        let profile: [UInt8]
        let temporalLayers: UInt8
        let isNested: Bool
        let chromaFormat: UInt8
        let lumaDepth: UInt8
        let chromaDepth: UInt8
        let size: PictureSize
        /// The most pictures that stand before one in the stream and are shown after it.
        let reorderDepth: Int
        let usability: VideoUsability?
    }

    /// The decoder configuration (hvcC) for frames with lengths of four bytes.
    static func configuration(_ sets: ParameterSets) -> [UInt8]? {
        guard let first = sets.sequence.first, !sets.picture.isEmpty,
            let sequence = sequence(first.span)
        else { return nil }
        var bytes: [UInt8] = [1]
        bytes += sequence.profile
        // No minimum of spatial segments, no kind of parallelism, no frame rate is told.
        bytes += [0xF0, 0, 0xFC, 0xFC | sequence.chromaFormat]
        bytes += [0xF8 | (sequence.lumaDepth - 8), 0xF8 | (sequence.chromaDepth - 8), 0, 0]
        bytes.append(sequence.temporalLayers << 3 | (sequence.isNested ? 4 : 0) | 3)
        let arrays = [
            (Unit.video, sets.video), (Unit.sequence, sets.sequence), (Unit.picture, sets.picture),
        ].filter { !$0.1.isEmpty }
        bytes.append(UInt8(arrays.count))
        for (type, array) in arrays {
            bytes.append(type)
            bytes.appendBigEndian(UInt64(array.count), count: 2)
            for set in array { bytes.append(set: set) }
        }
        return bytes
    }

    /// A decoder configuration (hvcC) that says of its parameter sets that there are no others in the
    /// pictures (array_completeness), as a sample entry "hvc1" must (ISO/IEC 14496-15 section 8.4.1.1).
    /// Matroska asks for nothing of the kind, so most writers leave it open.
    static func complete(_ configuration: [UInt8]) -> [UInt8] {
        guard configuration.count > 22 else { return configuration }
        var completed = configuration
        var reader = ParameterSetReader(configuration, from: 23)
        for _ in 0..<Int(configuration[22]) {
            let start = reader.position
            guard let type = reader.number(bytes: 1), let count = reader.number(bytes: 2)
            else { break }
            if [Unit.video, Unit.sequence, Unit.picture].contains(UInt8(type & 0x3F)) {
                completed[start] |= 0x80
            }
            for _ in 0..<count where reader.set() == nil { return completed }
        }
        return completed
    }

    /// Reads a sequence parameter set, its unit header included.
    static func sequence(_ unit: Span<UInt8>) -> Sequence? {
        var reader = BitReader(unescaping: unit, mostBytes: NALReader.mostSetBytes)
        reader.skip(16 + 4)
        let subLayers = Int(reader.bits(3))
        let isNested = reader.flag()
        var profile: [UInt8] = []
        for _ in 0..<profileBits / 8 { profile.append(UInt8(reader.bits(8))) }
        skipSubLayers(&reader, count: subLayers)
        _ = reader.exponentialGolomb()
        let chromaFormat = reader.exponentialGolomb()
        let hasSeparatePlanes = chromaFormat == 3 && reader.flag()
        let columns = Int(reader.exponentialGolomb())
        let rows = Int(reader.exponentialGolomb())
        var crop = (left: 0, right: 0, top: 0, bottom: 0)
        if reader.flag() {
            crop.left = Int(reader.exponentialGolomb())
            crop.right = Int(reader.exponentialGolomb())
            crop.top = Int(reader.exponentialGolomb())
            crop.bottom = Int(reader.exponentialGolomb())
        }
        let lumaDepth = reader.exponentialGolomb()
        let chromaDepth = reader.exponentialGolomb()
        let hasPlainChroma = chromaFormat == 0 || hasSeparatePlanes
        let unitX = hasPlainChroma || chromaFormat == 3 ? 1 : 2
        let unitY = chromaFormat == 1 && !hasPlainChroma ? 2 : 1
        guard !reader.hasFailed, chromaFormat <= 3, lumaDepth <= 7, chromaDepth <= 7,
            let size = PictureSize(
                width: columns - unitX * (crop.left + crop.right),
                height: rows - unitY * (crop.top + crop.bottom))
        else { return nil }
        let orderBits = Int(min(reader.exponentialGolomb(), 12)) + 4
        let reorderDepth = reorderDepth(&reader, subLayers: subLayers)
        return Sequence(
            profile: profile, temporalLayers: UInt8(subLayers) + 1, isNested: isNested,
            chromaFormat: UInt8(chromaFormat), lumaDepth: UInt8(lumaDepth) + 8,
            chromaDepth: UInt8(chromaDepth) + 8, size: size, reorderDepth: reorderDepth,
            usability: usability(&reader, orderBits: orderBits))
    }

    /// That of the highest temporal layer, which comes last (sps_max_num_reorder_pics).
    private static func reorderDepth(_ reader: inout BitReader, subLayers: Int) -> Int {
        let isSaidOfEach = reader.flag()
        var depth: UInt32 = 0
        for _ in 0...(isSaidOfEach ? subLayers : 0) {
            _ = reader.exponentialGolomb()
            depth = reader.exponentialGolomb()
            _ = reader.exponentialGolomb()
        }
        return reader.hasFailed ? 0 : Int(min(depth, mostReordered))
    }

    /// What is said of the lower temporal layers.
    private static func skipSubLayers(_ reader: inout BitReader, count: Int) {
        guard count > 0 else { return }
        var bits = 0
        for _ in 0..<count {
            if reader.flag() { bits += 88 }
            if reader.flag() { bits += 8 }
        }
        reader.skip(2 * (8 - count) + bits)
    }
}
