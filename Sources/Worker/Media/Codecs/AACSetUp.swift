// The decoder set-up of AAC, an AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1): reads one, or
// makes one from the container's statements.

/// What an AudioSpecificConfig says.
struct AACSetUp {
    /// Of the core: what spectral band replication adds is not counted.
    let rateHz: Int
    /// Nil when a longer description follows.
    let channels: Int?
    let frameSamples: Int

    static let ratesHz = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ]

    /// By channelConfiguration.
    private static let channelCounts: [Int?] = [
        nil, 1, 2, 3, 4, 5, 6, 8, nil, nil, nil, 7, 8, 24, 8, nil,
    ]

    init?(_ configuration: [UInt8]) {
        var reader = BitReader(configuration)
        var type = reader.bits(5)
        if type == 31 { type = 32 + reader.bits(6) }
        let index = Int(reader.bits(4))
        let rateHz = index == 15 ? Int(reader.bits(24)) : AACSetUp.rate(index)
        let layout = Int(reader.bits(4))
        if type == 5 || type == 29 {
            // Spectral band replication: the rate that it gives, then the type of the core.
            if reader.bits(4) == 15 { reader.skip(24) }
            type = reader.bits(5)
        }
        let isShort = reader.flag()
        guard !reader.hasFailed, let rateHz, rateHz > 0 else { return nil }
        self.rateHz = rateHz
        channels = AACSetUp.channelCounts[layout]
        frameSamples =
            switch type {
            case 23: isShort ? 480 : 512
            case 39: isShort ? 480 : 512
            default: isShort ? 960 : 1_024
            }
    }

    private static func rate(_ index: Int) -> Int? {
        index < ratesHz.count ? ratesHz[index] : nil
    }

    /// An AudioSpecificConfig of two or five bytes, for a track that has none.
    static func configuration(codecID: String, rateHz: Int, channels: Int) -> [UInt8]? {
        let types = [("MAIN", 1), ("SSR", 3), ("LTP", 4)]
        let type = types.first { codecID.hasSuffix($0.0) }?.1 ?? 2
        guard 1...7 ~= channels || channels == 8 else { return nil }
        let layout = channels == 8 ? 7 : channels
        if let index = ratesHz.firstIndex(of: rateHz) {
            let bits = type << 11 | index << 7 | layout << 3
            return [UInt8(bits >> 8), UInt8(bits & 0xFF)]
        }
        guard rateHz < 1 << 24 else { return nil }
        let bits = UInt64(type) << 35 | 15 << 31 | UInt64(rateHz) << 7 | UInt64(layout) << 3
        var bytes: [UInt8] = []
        bytes.appendBigEndian(bits, count: 5)
        return bytes
    }
}
