// What AV1 says about itself: the sequence header, the decoder configuration made from it, and which
// frames are places to begin (AV1 Bitstream and Decoding Process Specification sections 5.3, 5.5 and
// 5.9; AV1 Codec ISO Media File Format Binding section 2.3).

enum AV1 {
    private static let mostHeaderBytes = 4_096

    enum Unit {
        static let sequenceHeader: UInt8 = 1
        static let frameHeader: UInt8 = 3
        static let tileGroup: UInt8 = 4
        static let frame: UInt8 = 6
        static let repeatedFrameHeader: UInt8 = 7
    }

    /// One unit (OBU) of a frame.
    struct Found {
        let type: UInt8
        /// It belongs to one of several layers.
        let hasExtension: Bool
        /// Of several sizes of one picture; 0 is the smallest, or the only one.
        let spatialLayer: UInt8
        let payload: Range<Int>
    }

    /// Walks over the units of a frame.
    struct Reader {
        var position = 0

        mutating func next(in frame: Span<UInt8>) -> Found? {
            guard position < frame.count else { return nil }
            let header = frame[position]
            guard header & 0x80 == 0 else { return nil }
            let hasExtension = header & 4 != 0
            guard !hasExtension || position + 1 < frame.count else { return nil }
            let spatialLayer = hasExtension ? frame[position + 1] >> 3 & 3 : 0
            position += hasExtension ? 2 : 1
            var size = frame.count - position
            if header & 2 != 0 {
                guard let given = leb128(in: frame) else { return nil }
                size = given
            }
            guard size >= 0, size <= frame.count - position else { return nil }
            let start = position
            position += size
            return Found(
                type: header >> 3 & 15, hasExtension: hasExtension, spatialLayer: spatialLayer,
                payload: start..<position)
        }

        /// A number of up to eight bytes of seven bits, least significant first.
        private mutating func leb128(in frame: Span<UInt8>) -> Int? {
            var value: UInt64 = 0
            for index in 0..<8 {
                guard position < frame.count else { return nil }
                let byte = frame[position]
                position += 1
                value |= UInt64(byte & 0x7F) << (7 * UInt64(index))
                if byte & 0x80 == 0 { return Int(clamping: value) }
            }
            return nil
        }
    }

    /// True for a key frame that is shown, if the decoder can get the sequence header, from this frame
    /// or from its configuration.
    static func isKeyframe(_ frame: Span<UInt8>, configuration: [UInt8]) -> Bool? {
        var reader = Reader()
        var hasSequence = configuration.count > 4
        var isReduced = false
        while let unit = reader.next(in: frame) {
            guard let first = unit.payload.first else { continue }
            switch unit.type {
            case Unit.sequenceHeader:
                hasSequence = true
                isReduced = frame[first] & 8 != 0
            case Unit.frameHeader, Unit.frame:
                // show_existing_frame, frame_type (two bits, 0 is a key frame), show_frame
                let isShownKey = isReduced || frame[first] >> 4 == 1
                return isShownKey && hasSequence
            default:
                continue
            }
        }
        return nil
    }

    /// Where the unit lies that has the last header of a frame; nil when there is none, or layers.
    static func lastHeader(of frame: Span<UInt8>) -> Range<Int>? {
        var reader = Reader()
        var last: Range<Int>?
        while let unit = reader.next(in: frame) {
            guard unit.type == Unit.frameHeader || unit.type == Unit.frame else { continue }
            guard !unit.hasExtension else { return nil }
            last = unit.payload
        }
        return reader.position == frame.count ? last : nil
    }

    /// What a sequence header says.
    struct Sequence {
        var profile: UInt8 = 0
        var level: UInt8 = 0
        var isHighTier = false
        var isHighDepth = false
        var isTwelveBit = false
        var isMonochrome = false
        var subsamplesX = true
        var subsamplesY = true
        var samplePosition: UInt8 = 0
        var colour: VideoColour?
        var width = 0
        var height = 0
        // What the headers of frames depend on.
        var isReduced = false
        var hasDecoderModel = false
        var hasFrameNumbers = false
        /// Nil when each frame says it.
        var screenTools: Bool?
        var choosesWholeVectors = false
        var orderHintBits = 0

        var size: PictureSize? { PictureSize(width: width, height: height) }
        /// Bits of a sample.
        var depth: UInt8 { !isHighDepth ? 8 : isTwelveBit ? 12 : 10 }
    }

    /// The sequence header of a frame, taken apart, and as a unit of its own.
    static func sequence(in frame: Span<UInt8>) -> (sequence: Sequence, unit: [UInt8])? {
        var reader = Reader()
        while let unit = reader.next(in: frame) {
            guard unit.type == Unit.sequenceHeader else { continue }
            guard unit.payload.count <= mostHeaderBytes else { return nil }
            var payload: [UInt8] = []
            payload.append(copying: frame.extracting(unit.payload))
            guard let sequence = Sequence(payload), sequence.size != nil else { return nil }
            var whole: [UInt8] = []
            whole.append(unit: Unit.sequenceHeader, payload.span)
            return (sequence, whole)
        }
        return nil
    }

    /// The decoder configuration (av1C).
    static func configuration(_ sequence: Sequence, unit: [UInt8]) -> [UInt8] {
        var flags = sequence.samplePosition
        if sequence.isHighTier { flags |= 0x80 }
        if sequence.isHighDepth { flags |= 0x40 }
        if sequence.isTwelveBit { flags |= 0x20 }
        if sequence.isMonochrome { flags |= 0x10 }
        if sequence.subsamplesX { flags |= 0x08 }
        if sequence.subsamplesY { flags |= 0x04 }
        return [0x81, sequence.profile << 5 | sequence.level, flags, 0] + unit
    }

    static func isConfiguration(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes[0] == 0x81 && bytes[1] >> 5 <= 2
    }

    /// The sequence header in a decoder configuration; nil if it has none.
    static func sequence(configuration: [UInt8]) -> Sequence? {
        guard isConfiguration(configuration) else { return nil }
        return sequence(in: configuration.span.extracting(droppingFirst: 4))?.sequence
    }
}

extension AV1.Sequence {
    /// Reads the payload of a sequence header.
    init?(_ payload: [UInt8]) {
        var reader = BitReader(payload)
        profile = UInt8(reader.bits(3))
        reader.skip(1)
        isReduced = reader.flag()
        if isReduced {
            level = UInt8(reader.bits(5))
        } else {
            readOperatingPoints(&reader)
        }
        let widthBits = Int(reader.bits(4)) + 1
        let heightBits = Int(reader.bits(4)) + 1
        width = Int(reader.bits(widthBits)) + 1
        height = Int(reader.bits(heightBits)) + 1
        if !isReduced { hasFrameNumbers = reader.flag() }
        if hasFrameNumbers { reader.skip(7) }
        reader.skip(3)
        if !isReduced { readTools(&reader) }
        reader.skip(3)
        readColour(&reader)
        guard !reader.hasFailed, profile <= 2 else { return nil }
    }

    /// Timing, and the first operating point's level and tier.
    private mutating func readOperatingPoints(_ reader: inout BitReader) {
        var delayBits = 0
        if reader.flag() {
            reader.skip(64)
            if reader.flag() { _ = reader.exponentialGolomb() }
            hasDecoderModel = reader.flag()
            if hasDecoderModel {
                delayBits = Int(reader.bits(5)) + 1
                reader.skip(32 + 5 + 5)
            }
        }
        let hasDisplayDelay = reader.flag()
        let count = reader.bits(5) + 1
        for index in 0..<count {
            reader.skip(12)
            let pointLevel = UInt8(reader.bits(5))
            let pointIsHigh = pointLevel > 7 && reader.flag()
            if hasDecoderModel, reader.flag() { reader.skip(2 * delayBits + 1) }
            if hasDisplayDelay, reader.flag() { reader.skip(4) }
            if index == 0 {
                level = pointLevel
                isHighTier = pointIsHigh
            }
        }
    }

    private mutating func readTools(_ reader: inout BitReader) {
        reader.skip(4)
        let hasOrderHint = reader.flag()
        if hasOrderHint { reader.skip(2) }
        let choosesScreenTools = reader.flag()
        screenTools = choosesScreenTools ? nil : reader.flag()
        // Without such tools, nothing is said of whole vectors.
        let mayHaveScreenTools = screenTools ?? true
        choosesWholeVectors = !mayHaveScreenTools || reader.flag()
        if mayHaveScreenTools, !choosesWholeVectors { reader.skip(1) }
        if hasOrderHint { orderHintBits = Int(reader.bits(3)) + 1 }
    }

    private mutating func readColour(_ reader: inout BitReader) {
        isHighDepth = reader.flag()
        isTwelveBit = profile == 2 && isHighDepth && reader.flag()
        isMonochrome = profile != 1 && reader.flag()
        let isDescribed = reader.flag()
        let description = isDescribed ? reader.bits(24) : 0x02_0202
        let isRGB = !isMonochrome && description == 0x01_0D00
        let isFullRange = isRGB || reader.flag()
        if isDescribed || isFullRange {
            colour = VideoColour(
                primaries: UInt8(description >> 16), transfer: UInt8(description >> 8 & 0xFF),
                matrix: UInt8(description & 0xFF), isFullRange: isFullRange)
        }
        if isMonochrome { return }
        if isRGB {
            (subsamplesX, subsamplesY) = (false, false)
            return
        }
        if profile == 1 {
            (subsamplesX, subsamplesY) = (false, false)
        } else if profile == 2 {
            subsamplesX = !isTwelveBit || reader.flag()
            subsamplesY = isTwelveBit && subsamplesX && reader.flag()
        }
        if subsamplesX, subsamplesY { samplePosition = UInt8(reader.bits(2)) }
    }
}
