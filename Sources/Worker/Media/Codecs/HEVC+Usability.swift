// Finds the video usability information of HEVC, behind everything else that a sequence parameter set says
// (ITU-T H.265 section 7.3.2.2). Most of that has to be taken apart only to know where it ends.

extension HEVC {
    /// Reads on behind the order of pictures; nil when there is none, or when it is broken.
    /// - Parameter orderBits: how long the number of a picture is (log2_max_pic_order_cnt_lsb).
    static func usability(_ reader: inout BitReader, orderBits: Int) -> VideoUsability? {
        // Sizes of blocks.
        for _ in 0..<6 { _ = reader.exponentialGolomb() }
        if reader.flag(), reader.flag() { skipScalingLists(&reader) }
        reader.skip(2)
        if reader.flag() {
            reader.skip(8)
            _ = reader.exponentialGolomb()
            _ = reader.exponentialGolomb()
            reader.skip(1)
        }
        guard skipShortTermSets(&reader) else { return nil }
        if reader.flag() {
            let count = reader.exponentialGolomb()
            guard count <= 32 else { return nil }
            reader.skip(Int(count) * (orderBits + 1))
        }
        reader.skip(2)
        guard reader.flag() else { return nil }
        return VideoUsability(hevc: &reader)
    }

    /// Four sizes of block, six lists each, of the largest two (section 7.3.4).
    private static func skipScalingLists(_ reader: inout BitReader) {
        for size in 0..<4 {
            for _ in 0..<(size == 3 ? 2 : 6) {
                guard reader.flag() else {
                    _ = reader.exponentialGolomb()
                    continue
                }
                let count = min(64, 1 << (4 + 2 * size)) + (size > 1 ? 1 : 0)
                for _ in 0..<count { _ = reader.signedExponentialGolomb() }
            }
        }
    }

    /// Pictures that others refer to, as distances: how many there are decides how long the next set is.
    private struct ShortTermSet {
        var before: [Int64] = []
        var after: [Int64] = []
    }

    private static let mostSets: UInt32 = 64
    private static let mostPictures: UInt32 = 16

    /// Section 7.3.7. False when there are more than there can be.
    private static func skipShortTermSets(_ reader: inout BitReader) -> Bool {
        let count = reader.exponentialGolomb()
        guard count <= mostSets else { return false }
        var last = ShortTermSet()
        for index in 0..<count {
            let found =
                index > 0 && reader.flag()
                ? predictedSet(&reader, from: last) : givenSet(&reader)
            guard let found, !reader.hasFailed else { return false }
            last = found
        }
        return true
    }

    private static func givenSet(_ reader: inout BitReader) -> ShortTermSet? {
        let (before, after) = (reader.exponentialGolomb(), reader.exponentialGolomb())
        guard before <= mostPictures, after <= mostPictures else { return nil }
        var set = ShortTermSet()
        var distance: Int64 = 0
        for _ in 0..<before {
            distance -= Int64(reader.exponentialGolomb()) + 1
            reader.skip(1)
            set.before.append(distance)
        }
        distance = 0
        for _ in 0..<after {
            distance += Int64(reader.exponentialGolomb()) + 1
            reader.skip(1)
            set.after.append(distance)
        }
        return set
    }

    /// The set before, moved, without those that are not wanted (equations 7-61 and 7-62).
    private static func predictedSet(
        _ reader: inout BitReader, from last: ShortTermSet
    ) -> ShortTermSet? {
        let isNegative = reader.flag()
        let distance = Int64(reader.exponentialGolomb()) + 1
        let moved = isNegative ? -distance : distance
        var set = ShortTermSet()
        // The picture itself comes last.
        for old in last.before + last.after + [0] {
            let isUsed = reader.flag()
            let isWanted = isUsed || reader.flag()
            guard isWanted, old + moved != 0 else { continue }
            if old + moved < 0 {
                set.before.append(old + moved)
            } else {
                set.after.append(old + moved)
            }
        }
        guard set.before.count + set.after.count <= Int(mostPictures) else { return nil }
        // In the order in which the next set counts on them.
        set.before.sort(by: >)
        set.after.sort()
        return set
    }
}
