// What H.264 says about itself: parameter sets, the decoder configuration made of them, and which
// frames are places to begin (ISO/IEC 14496-10 sections 7.3 and D.1.8, ISO/IEC 14496-15 section
// 5.3.3.1). Everything in it is from the broadcaster.

enum H264 {
    enum Unit {
        static let slice: UInt8 = 1
        static let dataPartitions: ClosedRange<UInt8> = 2...4
        static let refresh: UInt8 = 5
        static let supplemental: UInt8 = 6
        static let sequenceSet: UInt8 = 7
        static let pictureSet: UInt8 = 8
    }

    /// Bytes of each length in the frames, if this is a decoder configuration (avcC).
    static func lengthBytes(configuration: [UInt8]) -> Int? {
        guard configuration.count >= 7, configuration[0] == 1 else { return nil }
        let count = Int(configuration[4] & 3) + 1
        return count == 3 ? nil : count
    }

    /// Nil when the frame cannot say: a picture of its own that is not said to be a place to begin.
    static func isKeyframe(_ frame: Span<UInt8>, _ format: NALFormat) -> Bool? {
        var reader = NALReader(format)
        var recovers: Bool?
        while let unit = reader.next(in: frame) {
            switch frame[unit.lowerBound] & 0x1F {
            case Unit.refresh:
                return true
            case Unit.supplemental where recovers == nil:
                recovers = recoversAtOnce(frame.extracting(unit))
            case Unit.slice:
                if recovers == true { return true }
                return isIntra(frame.extracting(unit)) || recovers != nil ? nil : false
            case Unit.dataPartitions:
                return recovers == nil ? false : nil
            default:
                continue
            }
        }
        return nil
    }

    private static func isIntra(_ slice: Span<UInt8>) -> Bool {
        var reader = BitReader(unescaping: slice, mostBytes: 16)
        reader.skip(8)
        _ = reader.exponentialGolomb()
        let type = reader.exponentialGolomb()
        return !reader.hasFailed && (type == 2 || type == 7)
    }

    /// Of a unit of supplemental information: whether the recovery point that it holds is this very
    /// frame. Nil if it holds none.
    private static func recoversAtOnce(_ unit: Span<UInt8>) -> Bool? {
        var reader = BitReader(unescaping: unit, mostBytes: NALReader.mostSetBytes)
        reader.skip(8)
        while !reader.hasFailed {
            var numbers: [UInt32] = [0, 0]
            for index in numbers.indices {
                var byte: UInt32 = 255
                while byte == 255, !reader.hasFailed {
                    byte = reader.bits(8)
                    numbers[index] += byte
                }
            }
            guard !reader.hasFailed else { return nil }
            if numbers[0] == 6 {
                let frames = reader.exponentialGolomb()
                return reader.hasFailed ? nil : frames == 0
            }
            reader.skip(Int(numbers[1]) * 8)
        }
        return nil
    }

    /// The parameter sets in a frame, or in what a container that has none of its own gave.
    struct ParameterSets {
        var sequence: [[UInt8]] = []
        var picture: [[UInt8]] = []

        init(in bytes: Span<UInt8>, _ format: NALFormat) {
            NALReader.forEachSet(in: bytes, format) { copy in
                switch copy[0] & 0x1F {
                case Unit.sequenceSet where sequence.count < 31 && !sequence.contains(copy):
                    sequence.append(copy)
                case Unit.pictureSet where picture.count < 255 && !picture.contains(copy):
                    picture.append(copy)
                default: break
                }
            }
        }

        /// Those of a decoder configuration (avcC); nil if it is broken.
        init?(configuration: [UInt8]) {
            guard H264.lengthBytes(configuration: configuration) != nil else { return nil }
            var reader = ParameterSetReader(configuration, from: 6)
            for _ in 0..<Int(configuration[5] & 0x1F) {
                guard let set = reader.set(), set[0] & 0x1F == Unit.sequenceSet else { return nil }
                sequence.append(set)
            }
            guard let count = reader.number(bytes: 1) else { return nil }
            for _ in 0..<count {
                guard let set = reader.set(), set[0] & 0x1F == Unit.pictureSet else { return nil }
                picture.append(set)
            }
        }
    }

    /// What a sequence parameter set says.
    struct Sequence {
        let chromaFormat: UInt8
        let lumaDepth: UInt8
        let chromaDepth: UInt8
        let size: PictureSize
        /// The most frames that stand before one in the stream and are shown after it.
        let reorderDepth: Int
        let usability: VideoUsability?
    }

    /// The decoder configuration (avcC) for frames with lengths of four bytes.
    static func configuration(_ sets: ParameterSets) -> [UInt8]? {
        guard let first = sets.sequence.first, first.count >= 4, !sets.picture.isEmpty,
            sets.sequence.count <= mostSequenceSets, sets.picture.count <= mostPictureSets,
            let sequence = sequence(first.span)
        else { return nil }
        var bytes: [UInt8] = [1, first[1], first[2], first[3], 0xFF]
        bytes.append(0xE0 | UInt8(sets.sequence.count))
        for set in sets.sequence { bytes.append(set: set) }
        bytes.append(UInt8(sets.picture.count))
        for set in sets.picture { bytes.append(set: set) }
        if ![66, 77, 88].contains(first[1]) {
            bytes += [
                0xFC | sequence.chromaFormat, 0xF8 | (sequence.lumaDepth - 8),
                0xF8 | (sequence.chromaDepth - 8), 0,
            ]
        }
        return bytes
    }

    /// What the numbers in front of the lists of a decoder configuration can say.
    private static let mostSequenceSets = 31
    private static let mostPictureSets = 255

    static let profilesWithFormat: Set<UInt32> = [
        44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244,
    ]

    /// Reads a sequence parameter set, its unit header included.
    static func sequence(_ unit: Span<UInt8>) -> Sequence? {
        var reader = BitReader(unescaping: unit, mostBytes: NALReader.mostSetBytes)
        reader.skip(8)
        let profile = reader.bits(8)
        let constraints = reader.bits(8)
        let level = reader.bits(8)
        _ = reader.exponentialGolomb()
        var chromaFormat: UInt32 = 1
        var depths: (luma: UInt32, chroma: UInt32) = (0, 0)
        var hasSeparatePlanes = false
        if profilesWithFormat.contains(profile) {
            chromaFormat = reader.exponentialGolomb()
            if chromaFormat == 3 { hasSeparatePlanes = reader.flag() }
            depths = (reader.exponentialGolomb(), reader.exponentialGolomb())
            reader.skip(1)
            if reader.flag() { skipScalingLists(&reader, count: chromaFormat == 3 ? 12 : 8) }
        }
        guard chromaFormat <= 3, depths.luma <= 6, depths.chroma <= 6 else { return nil }
        let orderType = orderType(&reader)
        let references = Int(reader.exponentialGolomb())
        reader.skip(1)
        let columns = Int(reader.exponentialGolomb()) + 1
        let rows = Int(reader.exponentialGolomb()) + 1
        let fields = reader.flag() ? 1 : 2
        if fields == 2 { reader.skip(1) }
        reader.skip(1)
        let cropped = cropping(&reader)
        let hasPlainChroma = chromaFormat == 0 || hasSeparatePlanes
        let unitX = hasPlainChroma || chromaFormat == 3 ? 1 : 2
        let unitY = (chromaFormat == 1 && !hasPlainChroma ? 2 : 1) * fields
        guard !reader.hasFailed, columns <= 4_096, rows <= 4_096,
            let size = PictureSize(
                width: columns * 16 - unitX * cropped.columns,
                height: rows * 16 * fields - unitY * cropped.rows)
        else { return nil }
        let usability = reader.flag() ? VideoUsability(h264: &reader) : nil
        // Type 2 numbers frames as they come, and a frame that needs no other cannot wait for one.
        let isInOrder =
            orderType == 2 || isBaseline(profile) || isIntra(profile, constraints: constraints)
        let mostFrames = mostFrames(
            ofBlocks: columns * rows * fields, level: level, constraints: constraints)
        return Sequence(
            chromaFormat: UInt8(chromaFormat), lumaDepth: UInt8(depths.luma) + 8,
            chromaDepth: UInt8(depths.chroma) + 8, size: size,
            reorderDepth: isInOrder
                ? 0 : usability?.reorderedFrames ?? min(references, mostFrames),
            usability: usability)
    }

    /// What is not shown at the edges, in units of the chroma format.
    private static func cropping(_ reader: inout BitReader) -> (columns: Int, rows: Int) {
        guard reader.flag() else { return (0, 0) }
        let columns = Int(reader.exponentialGolomb()) + Int(reader.exponentialGolomb())
        let rows = Int(reader.exponentialGolomb()) + Int(reader.exponentialGolomb())
        return (columns, rows)
    }

    private static func skipScalingLists(_ reader: inout BitReader, count: Int) {
        for list in 0..<count where reader.flag() {
            var last: Int64 = 8
            var next: Int64 = 8
            for _ in 0..<(list < 6 ? 16 : 64) {
                if next != 0 { next = (last + reader.signedExponentialGolomb()) & 0xFF }
                if next != 0 { last = next }
            }
        }
    }

    /// How pictures are numbered (pic_order_cnt_type).
    private static func orderType(_ reader: inout BitReader) -> UInt32 {
        _ = reader.exponentialGolomb()
        let type = reader.exponentialGolomb()
        if type == 0 {
            _ = reader.exponentialGolomb()
        } else if type == 1 {
            reader.skip(1)
            _ = reader.signedExponentialGolomb()
            _ = reader.signedExponentialGolomb()
            // At most 255 in a valid one; a longer loop would end at the end of the bytes.
            let count = min(reader.exponentialGolomb(), 255)
            for _ in 0..<count { _ = reader.signedExponentialGolomb() }
        }
        return type
    }
}

extension [UInt8] {
    /// Appends a parameter set behind its length of two bytes.
    mutating func append(set: [UInt8]) {
        appendBigEndian(UInt64(set.count), count: 2)
        append(contentsOf: set)
    }
}
