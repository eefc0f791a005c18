// The units of an H.264 or HEVC frame, in either of their two forms: each behind a start code
// (ISO/IEC 14496-10 annex B), or each behind its length (ISO/IEC 14496-15 section 5.3.3).

enum NALFormat: Sendable, Equatable {
    case startCodes
    /// Bytes of each length: 1, 2 or 4.
    case lengths(Int)

    /// The form of a frame whose container does not say. Three bytes of a start code may be a
    /// length too (256 to 511 bytes): then it is one if the lengths come out even.
    static func guess(_ frame: Span<UInt8>) -> NALFormat? {
        let zeros = leadingZeros(of: frame)
        let beginsWithStartCode = zeros >= 2 && zeros < frame.count && frame[zeros] == 1
        if beginsWithStartCode, zeros > 2 { return .startCodes }
        if NALReader.comesOutEven(frame, lengthBytes: 4) { return .lengths(4) }
        return beginsWithStartCode ? .startCodes : nil
    }

    private static func leadingZeros(of frame: Span<UInt8>) -> Int {
        var count = 0
        while count < frame.count, frame[count] == 0 { count += 1 }
        return count
    }
}

/// Walks over the units of a frame.
struct NALReader {
    private let format: NALFormat
    private var position = 0
    /// A length reaches past the frame's end.
    private(set) var isBroken = false

    init(_ format: NALFormat) { self.format = format }

    /// The next unit, without start code or length; nil after the last. Empty ones are left out.
    mutating func next(in frame: Span<UInt8>) -> Range<Int>? {
        while let unit = nextOfAny(in: frame) {
            if !unit.isEmpty { return unit }
        }
        return nil
    }

    private mutating func nextOfAny(in frame: Span<UInt8>) -> Range<Int>? {
        switch format {
        case .startCodes:
            guard let code = NALReader.startCode(in: frame, from: position) else { return nil }
            let start = code + 3
            let following = NALReader.startCode(in: frame, from: start) ?? frame.count
            position = following
            var end = following
            // The fourth byte of a longer start code, or filling.
            while end > start, frame[end - 1] == 0 { end -= 1 }
            return start..<end
        case .lengths(let lengthBytes):
            guard position < frame.count, !isBroken else { return nil }
            let start = position + lengthBytes
            var length = 0
            if start <= frame.count {
                for index in position..<start { length = length << 8 | Int(frame[index]) }
            }
            guard start <= frame.count, length <= frame.count - start else {
                isBroken = true
                return nil
            }
            position = start + length
            return start..<position
        }
    }

    /// Longest parameter set that is looked at. Real ones have some dozens of bytes.
    static let mostSetBytes = 4_096
    /// Units of a frame that are looked at for parameter sets, which stand at its beginning. A frame may
    /// consist of a million tiny units, and each is compared with all sets found before it.
    private static let mostUnits = 1_024

    /// Calls `take` with a copy of each unit that is short enough for a parameter set.
    static func forEachSet(
        in bytes: Span<UInt8>, _ format: NALFormat, _ take: (_ set: [UInt8]) -> Void
    ) {
        var reader = NALReader(format)
        for _ in 0..<mostUnits {
            guard let unit = reader.next(in: bytes) else { return }
            guard unit.count <= mostSetBytes else { continue }
            var copy: [UInt8] = []
            copy.append(copying: bytes.extracting(unit))
            take(copy)
        }
    }

    /// Whether a frame is one length and unit after another, up to its very end.
    static func comesOutEven(_ frame: Span<UInt8>, lengthBytes: Int) -> Bool {
        var reader = NALReader(.lengths(lengthBytes))
        var hasUnit = false
        while let unit = reader.nextOfAny(in: frame) {
            guard !unit.isEmpty else { return false }
            hasUnit = true
        }
        return hasUnit && !reader.isBroken
    }

    /// Where the next start code (00 00 01) begins.
    private static func startCode(in frame: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index + 3 <= frame.count {
            index = frame.placeNearZeros(from: index)
            // So many places are then looked at one by one.
            let end = min(index + 16, frame.count - 2)
            while index < end {
                if frame[index] == 0, frame[index + 1] == 0, frame[index + 2] == 1 { return index }
                index += 1
            }
        }
        return nil
    }
}

extension [UInt8] {
    /// Appends a frame that has start codes, with lengths of four bytes in their place.
    mutating func append(lengthPrefixing frame: Span<UInt8>) {
        reserveCapacity(count + frame.count + 64)
        var reader = NALReader(.startCodes)
        while let unit = reader.next(in: frame) {
            appendBigEndian(UInt64(unit.count), count: 4)
            append(copying: frame.extracting(unit))
        }
    }
}
