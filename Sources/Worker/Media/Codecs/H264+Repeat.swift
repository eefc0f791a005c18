// A picture of H.264 that shows the one before it once more: one slice, in which every block is passed over
// (P_Skip), and which nothing refers to (nal_ref_idc 0). So a decoder's state stays what it was but for what it
// puts out, and the frames that follow need no change (ISO/IEC 14496-10 sections 7.3.3, 7.4.3, 8.4.1.1).
//
// Passed over means: as in the picture that comes first in the list of references, from the same place. That is
// the one that was decoded last, if it is kept. Its number is one more than that one's, as is its place in the
// order in which pictures are shown: encoders that reorder nothing leave room for one there, and decoders take
// more with the same number (tried: ffmpeg 5.1, alone and in Chromium). Only without reordering, and only where
// entropy coding is CAVLC, which is what browsers and baseline encoders write.

extension H264 {
    /// What differs from one such picture to the next.
    struct Repetition: Sendable, Equatable {
        var frameNumber: UInt16
        /// Its place in the order of pictures (pic_order_cnt_lsb); 0 where that is not written.
        var order: UInt16
        /// The number of its picture set.
        var pictureSet: UInt8
    }

    /// What the parameter sets say about headers of slices.
    struct Repeating: Sendable, Equatable {
        private struct PictureSet: Equatable {
            var number: UInt8
            var hasBottomOrder = false
            var references: UInt32 = 0
            var isWeighted = false
            var hasDeblocking = false
            var hasRedundant = false
        }

        private let lengthBytes: Int
        private var frameNumberBits = 0
        /// 0: the order of pictures follows from their numbers.
        private var orderBits = 0
        private var blocks: UInt32 = 0
        private var hasChroma = true
        private var pictureSets: [PictureSet] = []
    }
}

extension H264.Repeating {
    /// Nil when pictures of this set-up cannot be repeated.
    init?(configuration: [UInt8]) {
        guard let lengthBytes = H264.lengthBytes(configuration: configuration),
            let sets = H264.ParameterSets(configuration: configuration),
            sets.sequence.count == 1, let sequence = sets.sequence.first, !sets.picture.isEmpty,
            H264.sequence(sequence.span)?.reorderDepth == 0
        else { return nil }
        self.lengthBytes = lengthBytes
        guard readSequence(sequence.span) else { return nil }
        for set in sets.picture {
            guard let found = Self.pictureSet(set.span) else { return nil }
            pictureSets.append(found)
        }
    }

    private mutating func readSequence(_ unit: Span<UInt8>) -> Bool {
        var reader = BitReader(unescaping: unit, mostBytes: NALReader.mostSetBytes)
        reader.skip(8)
        let profile = reader.bits(8)
        reader.skip(16)
        _ = reader.exponentialGolomb()
        if H264.profilesWithFormat.contains(profile) {
            let chromaFormat = reader.exponentialGolomb()
            hasChroma = chromaFormat != 0
            // Planes of their own, and lists of scaling, are not for live media.
            if chromaFormat == 3, reader.flag() { return false }
            _ = reader.exponentialGolomb()
            _ = reader.exponentialGolomb()
            reader.skip(1)
            if reader.flag() { return false }
        }
        frameNumberBits = Int(min(reader.exponentialGolomb(), 12)) + 4
        let orderType = reader.exponentialGolomb()
        guard orderType == 0 || orderType == 2 else { return false }
        if orderType == 0 { orderBits = Int(min(reader.exponentialGolomb(), 12)) + 4 }
        let references = reader.exponentialGolomb()
        reader.skip(1)
        let columns = reader.exponentialGolomb()
        let rows = reader.exponentialGolomb()
        // Fields are not repeated.
        guard reader.flag(), !reader.hasFailed, references > 0, columns < 4_096, rows < 4_096 else {
            return false
        }
        blocks = (columns + 1) * (rows + 1)
        return true
    }

    private static func pictureSet(_ unit: Span<UInt8>) -> PictureSet? {
        var reader = BitReader(unescaping: unit, mostBytes: 64)
        reader.skip(8)
        guard let number = UInt8(exactly: reader.exponentialGolomb()) else { return nil }
        var set = PictureSet(number: number)
        _ = reader.exponentialGolomb()
        // CABAC; groups of slices.
        guard !reader.flag() else { return nil }
        set.hasBottomOrder = reader.flag()
        guard reader.exponentialGolomb() == 0 else { return nil }
        set.references = reader.exponentialGolomb() + 1
        _ = reader.exponentialGolomb()
        set.isWeighted = reader.flag()
        reader.skip(2)
        for _ in 0..<3 { _ = reader.signedExponentialGolomb() }
        set.hasDeblocking = reader.flag()
        reader.skip(1)
        set.hasRedundant = reader.flag()
        return reader.hasFailed || set.references > 32 ? nil : set
    }

    // MARK: The picture before

    /// How the picture of this frame is repeated; nil: not at all.
    func again(_ frame: Span<UInt8>) -> H264.Repetition? {
        var units = NALReader(.lengths(lengthBytes))
        while let unit = units.next(in: frame) {
            switch frame[unit.lowerBound] & 0x1F {
            case H264.Unit.slice, H264.Unit.refresh: return again(slice: frame.extracting(unit))
            // Data partitions; layers.
            case H264.Unit.dataPartitions, 14, 20: return nil
            default: continue
            }
        }
        return nil
    }

    private func again(slice: Span<UInt8>) -> H264.Repetition? {
        let isRefresh = slice[0] & 0x1F == H264.Unit.refresh
        guard slice[0] & 0x60 != 0 else { return nil }
        var reader = BitReader(unescaping: slice, mostBytes: Self.mostHeaderBytes)
        reader.skip(8)
        guard reader.exponentialGolomb() == 0 else { return nil }
        let kind = reader.exponentialGolomb() % 5
        // P or I.
        guard kind == 0 || kind == 2 else { return nil }
        let number = reader.exponentialGolomb()
        guard let set = pictureSets.first(where: { UInt32($0.number) == number }) else {
            return nil
        }
        let frameNumber = reader.bits(frameNumberBits)
        if isRefresh { _ = reader.exponentialGolomb() }
        let order = orderBits == 0 ? 0 : reader.bits(orderBits)
        if set.hasBottomOrder, orderBits > 0 { _ = reader.signedExponentialGolomb() }
        if set.hasRedundant, reader.exponentialGolomb() != 0 { return nil }
        if kind == 0 { guard skipReferences(&reader, set) else { return nil } }
        guard isPlainlyKept(&reader, isRefresh: isRefresh), !reader.hasFailed else { return nil }
        return H264.Repetition(
            frameNumber: UInt16((frameNumber + 1) & ((1 << UInt32(frameNumberBits)) - 1)),
            order: orderBits == 0 ? 0 : UInt16((order + 1) & ((1 << UInt32(orderBits)) - 1)),
            pictureSet: set.number)
    }

    /// Headers of slices are shorter, but for ones with weights for many references.
    private static let mostHeaderBytes = 96

    /// Which pictures a slice refers to, in which order, and with which weights.
    private func skipReferences(_ reader: inout BitReader, _ set: PictureSet) -> Bool {
        var references = set.references
        if reader.flag() { references = reader.exponentialGolomb() + 1 }
        guard references <= 32 else { return false }
        if reader.flag() {
            var left = 66
            while !reader.hasFailed, reader.exponentialGolomb() != 3 {
                _ = reader.exponentialGolomb()
                left -= 1
                guard left > 0 else { return false }
            }
        }
        guard set.isWeighted else { return true }
        _ = reader.exponentialGolomb()
        if hasChroma { _ = reader.exponentialGolomb() }
        for _ in 0..<references {
            if reader.flag() { for _ in 0..<2 { _ = reader.signedExponentialGolomb() } }
            if hasChroma, reader.flag() { for _ in 0..<4 { _ = reader.signedExponentialGolomb() } }
        }
        return true
    }

    /// Whether the picture becomes the newest of those that are kept for a short time.
    private func isPlainlyKept(_ reader: inout BitReader, isRefresh: Bool) -> Bool {
        if isRefresh {
            reader.skip(1)
            return !reader.flag()
        }
        guard reader.flag() else { return true }
        for _ in 0..<66 where !reader.hasFailed {
            switch reader.exponentialGolomb() {
            case 0: return true
            case 1, 2, 4: _ = reader.exponentialGolomb()
            case 3: for _ in 0..<2 { _ = reader.exponentialGolomb() }
            // All are forgotten, or this one is kept for a long time.
            default: return false
            }
        }
        return false
    }

    // MARK: The picture itself

    /// As MP4 has it; nil when it is of another set-up.
    func bytes(of repetition: H264.Repetition) -> [UInt8]? {
        guard let set = pictureSets.first(where: { $0.number == repetition.pictureSet }) else {
            return nil
        }
        var bits = BitWriter()
        // The first block; P, all slices of it.
        bits.exponentialGolomb(0)
        bits.exponentialGolomb(5)
        bits.exponentialGolomb(UInt32(set.number))
        bits.append(UInt32(repetition.frameNumber), count: frameNumberBits)
        if orderBits > 0 {
            bits.append(UInt32(repetition.order), count: orderBits)
            if set.hasBottomOrder { bits.exponentialGolomb(0) }
        }
        if set.hasRedundant { bits.exponentialGolomb(0) }
        // One reference, and the list as it is.
        bits.append(1, count: 1)
        bits.exponentialGolomb(0)
        bits.append(0, count: 1)
        if set.isWeighted {
            bits.exponentialGolomb(0)
            if hasChroma { bits.exponentialGolomb(0) }
            bits.append(0, count: hasChroma ? 2 : 1)
        }
        // No other quality; no deblocking.
        bits.exponentialGolomb(0)
        if set.hasDeblocking { bits.exponentialGolomb(1) }
        bits.exponentialGolomb(blocks)
        bits.append(1, count: 1)
        let unit = [H264.Unit.slice] + Self.escaped(bits.bytes)
        var bytes: [UInt8] = []
        bytes.appendBigEndian(UInt64(unit.count), count: lengthBytes)
        return bytes + unit
    }

    /// With what keeps start codes out of it (section 7.4.1).
    private static func escaped(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var zeros = 0
        for byte in payload {
            if zeros >= 2, byte <= 3 {
                bytes.append(3)
                zeros = 0
            }
            bytes.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return bytes
    }
}

/// Bits, most significant first.
private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var free = 0

    mutating func append(_ value: UInt32, count: Int) {
        for bit in (0..<count).reversed() {
            if free == 0 {
                bytes.append(0)
                free = 8
            }
            free -= 1
            bytes[bytes.count - 1] |= UInt8(value >> UInt32(bit) & 1) << UInt8(free)
        }
    }

    mutating func exponentialGolomb(_ value: UInt32) {
        let code = UInt64(value) + 1
        let count = UInt64.bitWidth - code.leadingZeroBitCount
        append(0, count: count - 1)
        append(UInt32(truncatingIfNeeded: code), count: count)
    }
}
