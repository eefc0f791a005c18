// What H.264 and HEVC say about their pictures beside how they are decoded: the video usability information
// at the end of a sequence parameter set (ISO/IEC 14496-10 annex E.1, ITU-T H.265 annex E.2). All of it is
// optional.

struct VideoUsability: Sendable, Equatable {
    private(set) var pixelAspect: PixelAspect?
    private(set) var colour: VideoColour?
    private(set) var frameDurationNs: UInt64?
    /// How many frames may stand before one in the stream and are shown after it; HEVC says it elsewhere.
    private(set) var reorderedFrames: Int?

    /// The aspects that have a number, from 1.
    private static let pixelAspects = [
        (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11), (80, 33),
        (18, 11), (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
    ]
    private static let givenAspect: UInt32 = 255
    /// Of 300 to 1 frames a second: anything else is the tick of a clock.
    private static let durationsNs: ClosedRange<UInt64> = 3_333_333...1_000_000_000
    private static let mostReordered: UInt32 = 16

    /// Reads that of H.264; nil when it is broken.
    init?(h264 reader: inout BitReader) {
        readPictures(&reader)
        if reader.flag() {
            // A tick for each field.
            frameDurationNs = VideoUsability.frameDurationNs(&reader, ticks: 2)
            reader.skip(1)
        }
        let hasUnitTiming = reader.flag()
        if hasUnitTiming { VideoUsability.skipBuffering(&reader) }
        let hasSliceTiming = reader.flag()
        if hasSliceTiming { VideoUsability.skipBuffering(&reader) }
        if hasUnitTiming || hasSliceTiming { reader.skip(1) }
        reader.skip(1)
        if reader.flag() {
            reader.skip(1)
            for _ in 0..<4 { _ = reader.exponentialGolomb() }
            let reordered = reader.exponentialGolomb()
            _ = reader.exponentialGolomb()
            if reordered <= VideoUsability.mostReordered { reorderedFrames = Int(reordered) }
        }
        if reader.hasFailed { return nil }
    }

    /// Reads that of HEVC, as far as it is of use; nil when it is broken.
    init?(hevc reader: inout BitReader) {
        readPictures(&reader)
        reader.skip(1)
        let isInFields = reader.flag()
        reader.skip(1)
        if reader.flag() {
            for _ in 0..<4 { _ = reader.exponentialGolomb() }
        }
        if reader.flag() {
            frameDurationNs = VideoUsability.frameDurationNs(&reader, ticks: isInFields ? 2 : 1)
        }
        if reader.hasFailed { return nil }
    }

    /// What both begin with.
    private mutating func readPictures(_ reader: inout BitReader) {
        if reader.flag() { pixelAspect = VideoUsability.pixelAspect(&reader) }
        if reader.flag() { reader.skip(1) }
        if reader.flag() { colour = VideoUsability.colour(&reader) }
        if reader.flag() {
            _ = reader.exponentialGolomb()
            _ = reader.exponentialGolomb()
        }
    }

    private static func pixelAspect(_ reader: inout BitReader) -> PixelAspect? {
        let number = reader.bits(8)
        if number == givenAspect {
            let (width, height) = (reader.bits(16), reader.bits(16))
            return PixelAspect(horizontal: Int(width), vertical: Int(height))
        }
        guard 1...UInt32(pixelAspects.count) ~= number else { return nil }
        let (width, height) = pixelAspects[Int(number) - 1]
        return PixelAspect(horizontal: width, vertical: height)
    }

    private static func colour(_ reader: inout BitReader) -> VideoColour? {
        reader.skip(3)
        let isFullRange = reader.flag()
        guard reader.flag() else {
            // Every video signal has a range; alone it says nothing if it is the usual one.
            return VideoColour(
                primaries: nil, transfer: nil, matrix: nil, isFullRange: isFullRange ? true : nil)
        }
        let (primaries, transfer, matrix) = (reader.bits(8), reader.bits(8), reader.bits(8))
        return VideoColour(
            primaries: UInt8(primaries), transfer: UInt8(transfer), matrix: UInt8(matrix),
            isFullRange: isFullRange)
    }

    /// The units in a tick, the ticks in a second; so many ticks to a frame.
    private static func frameDurationNs(_ reader: inout BitReader, ticks: UInt64) -> UInt64? {
        let (units, unitsEachSecond) = (UInt64(reader.bits(32)), UInt64(reader.bits(32)))
        guard unitsEachSecond > 0 else { return nil }
        let durationNs = units * ticks * 1_000_000_000 / unitsEachSecond
        return durationsNs.contains(durationNs) ? durationNs : nil
    }

    /// The parameters of a hypothetical decoder's buffer (ISO/IEC 14496-10 annex E.1.2).
    private static func skipBuffering(_ reader: inout BitReader) {
        let last = min(reader.exponentialGolomb(), 31)
        reader.skip(8)
        for _ in 0...last {
            _ = reader.exponentialGolomb()
            _ = reader.exponentialGolomb()
            reader.skip(1)
        }
        reader.skip(20)
    }
}
