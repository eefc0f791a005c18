// How many frames a decoder of H.264 keeps back until they are shown, where the stream does not say it
// itself (ISO/IEC 14496-10 section A.3 and the defaults of section E.2.1).

extension H264 {
    /// The most blocks (16 by 16 pixels) in the frames that a decoder of a level holds. Levels are ten
    /// times their name; 9 is level 1b.
    private static let levels: [(level: UInt32, blocks: Int)] = [
        (10, 396), (11, 900), (20, 2_376), (21, 4_752), (30, 8_100), (31, 18_000), (32, 20_480),
        (41, 32_768), (42, 34_816), (50, 110_400), (52, 184_320), (62, 696_320),
    ]
    private static let mostFramesEver = 16
    /// constraint_set3_flag
    private static let thirdConstraint: UInt32 = 0x10

    /// Profiles without frames that refer to later ones.
    static func isBaseline(_ profile: UInt32) -> Bool { profile == 66 }

    /// Profiles in which every frame stands alone.
    static func isIntra(_ profile: UInt32, constraints: UInt32) -> Bool {
        switch profile {
        case 44: true
        case 86, 100, 110, 122, 244: constraints & thirdConstraint != 0
        default: false
        }
    }

    /// How many frames of this size a decoder of this level holds.
    static func mostFrames(ofBlocks count: Int, level: UInt32, constraints: UInt32) -> Int {
        let isOneB = level == 11 && constraints & thirdConstraint != 0
        let held = levels.first { (isOneB ? 10 : level) <= $0.level }?.blocks
        return min(mostFramesEver, (held ?? levels[levels.count - 1].blocks) / max(1, count))
    }
}
