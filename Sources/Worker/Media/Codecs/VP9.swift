// What VP9 says about itself (VP9 Bitstream and Decoding Process Specification sections 6.1, 6.2 and
// 7.2), and its decoder set-up (WebM Project, "VP9 CodecPrivate").

enum VP9 {
    /// What a key frame says.
    struct Picture: Equatable {
        let profile: UInt8
        let depth: UInt8
        /// As CodecPrivate counts: 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4; nil for 4:4:0.
        let subsampling: UInt8?
        let size: PictureSize
    }

    static func isKeyframe(_ frame: Span<UInt8>) -> Bool? {
        guard frame.count > 0, frame[0] >> 6 == 2 else { return nil }
        // Profile 3 has one more bit before the two that count.
        let shift: UInt8 = frame[0] >> 4 & 3 == 3 ? 1 : 2
        return frame[0] >> shift & 3 == 0
    }

    static func picture(_ frame: Span<UInt8>) -> Picture? {
        guard isKeyframe(frame) == true else { return nil }
        var reader = BitReader(frame, mostBytes: 32)
        reader.skip(2)
        let low = reader.bits(1)
        let profile = reader.bits(1) << 1 | low
        reader.skip(profile == 3 ? 5 : 4)
        guard reader.bits(24) == 0x498342 else { return nil }
        let depth: UInt8 = profile < 2 ? 8 : reader.flag() ? 12 : 10
        let hasSubsampling = profile == 1 || profile == 3
        var subsampling: UInt8? = 1
        if reader.bits(3) != 7 {
            reader.skip(1)
            if hasSubsampling {
                let kind = reader.bits(2)
                subsampling = kind == 0 ? 3 : kind == 2 ? 2 : nil
                reader.skip(1)
            }
        } else {
            subsampling = 3
            if hasSubsampling { reader.skip(1) }
        }
        let width = Int(reader.bits(16)) + 1
        let height = Int(reader.bits(16)) + 1
        guard !reader.hasFailed, let size = PictureSize(width: width, height: height) else {
            return nil
        }
        return Picture(
            profile: UInt8(profile), depth: depth, subsampling: subsampling, size: size)
    }

    /// Profile, level, depth and subsampling as CodecPrivate: triples of identifier, length, value.
    static func features(_ picture: Picture, frameDurationNs: UInt64) -> [UInt8] {
        let level = level(of: picture.size, frameDurationNs: frameDurationNs)
        let features = [1, 1, picture.profile, 2, 1, level, 3, 1, picture.depth]
        return picture.subsampling.map { features + [4, 1, $0] } ?? features
    }

    /// Levels with the most samples a second, samples a picture, and samples along an edge
    /// (VP9 Bitstream and Decoding Process Specification, annex A).
    private static let levels: [(level: UInt8, rate: Int, picture: Int, edge: Int)] = [
        (10, 829_440, 36_864, 512), (11, 2_764_800, 73_728, 768), (20, 4_608_000, 122_880, 960),
        (21, 9_216_000, 245_760, 1_344), (30, 20_736_000, 552_960, 2_048),
        (31, 36_864_000, 983_040, 2_752), (40, 83_558_400, 2_228_224, 4_160),
        (41, 160_432_128, 2_228_224, 4_160), (50, 311_951_360, 8_912_896, 8_384),
        (51, 588_251_136, 8_912_896, 8_384), (52, 1_176_502_272, 8_912_896, 8_384),
        (60, 1_176_502_272, 35_651_584, 16_832), (61, 2_353_004_544, 35_651_584, 16_832),
    ]

    /// The bitstream does not have it: the lowest level that has room for the size, at the frame
    /// rate of the container, or at 30 a second if that does not say.
    static func level(of size: PictureSize, frameDurationNs: UInt64) -> UInt8 {
        let samples = size.width * size.height
        let isKnown = 1_000_000...1_000_000_000 ~= frameDurationNs
        let durationNs = isKnown ? Int(frameDurationNs) : 33_333_333
        // At most 2^32 samples, 2^30 ns a second.
        let rate = samples * 1_000_000_000 / durationNs
        let edge = max(size.width, size.height)
        return levels.first { rate <= $0.rate && samples <= $0.picture && edge <= $0.edge }?.level
            ?? 62
    }

    /// What a CodecPrivate says: pairs of identifier and value, each value of one byte.
    struct Features: Equatable {
        /// Every player takes 0 for granted.
        private(set) var profile: UInt8 = 0
        private(set) var level: UInt8?
        private(set) var depth: UInt8
        /// 0 and 1 are 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
        private(set) var subsampling: UInt8

        /// Of what makes no sense nothing is kept.
        init(_ bytes: [UInt8]) {
            var values: [UInt8: UInt8] = [:]
            var rest = bytes[...]
            while rest.count >= 3, rest[rest.startIndex + 1] == 1 {
                values[rest[rest.startIndex]] = rest[rest.startIndex + 2]
                rest = rest.dropFirst(3)
            }
            if let value = values[1], 0...3 ~= value { profile = value }
            if let value = values[2], 10...62 ~= value { level = value }
            depth = profile >= 2 ? 10 : 8
            if let value = values[3], [8, 10, 12].contains(value) { depth = value }
            let isAlwaysHalved = profile == 0 || profile == 2
            subsampling = isAlwaysHalved ? 1 : 3
            if let value = values[4], isAlwaysHalved ? value <= 1 : 2...3 ~= value {
                subsampling = value
            }
        }
    }

    /// Whether this is a CodecPrivate of VP9 that says the profile.
    static func hasProfile(_ features: [UInt8]) -> Bool {
        features.count >= 3 && features.count % 3 == 0 && features[0] == 1 && features[1] == 1
            && features[2] <= 3
    }
}
