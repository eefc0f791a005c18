// Whether segments come in even steps, and what becomes of a pace that is not exact, or broken.

import Testing

@testable import Media

/// The pace after each segment of those that begin at these times.
private func paces(
    _ startsMs: [Int64], expectedMs: Int64? = nil, breaks: Set<Int> = []
) -> [SegmentPace?] {
    var keeper = PaceKeeper()
    keeper.expect(stepMs: expectedMs)
    return startsMs.indices.map { index in
        let isContinued = index > 0 && !breaks.contains(index)
        keeper.begin(
            UInt64(index) + 1, at: startsMs[index], after: isContinued ? startsMs[index - 1] : nil)
        if let pace = keeper.pace {
            #expect(pace.holds(for: UInt64(index) + 1, at: startsMs[index]))
        }
        return keeper.pace
    }
}

private func starts(_ stepsMs: [Int64], from firstMs: Int64 = 5_000) -> [Int64] {
    stepsMs.reduce(into: [firstMs]) { $0.append($0[$0.count - 1] + $1) }
}

private func pace(_ first: UInt64, _ startMs: Int64, _ stepUs: UInt32?) -> SegmentPace {
    SegmentPace(firstOrdinal: first, startMs: startMs, stepUs: stepUs)
}

@Suite("The pace of segments")
struct PaceKeeperTests {
    @Test("two steps that are alike make a pace, which begins with the first of them")
    func first() {
        let found = paces(starts([2_000, 2_002, 2_001]))
        #expect(found == [nil, nil, pace(1, 5_000, 2_001_000), pace(1, 5_000, 2_001_000)])
    }

    @Test("one step is enough if key frames came like that before")
    func expected() {
        #expect(paces(starts([2_002]), expectedMs: 2_000).last == pace(1, 5_000, 2_002_000))
        #expect(paces(starts([3_000]), expectedMs: 2_000).last == .some(nil))
        // Of later ones, key frames of before tell nothing.
        #expect(paces(starts([2_800, 2_120, 2_880, 2_200]), expectedMs: 2_200).last == .some(nil))
    }

    @Test("steps that are not alike make none")
    func irregular() {
        #expect(paces(starts([2_000, 2_600, 3_300, 2_100, 2_700])).allSatisfy { $0 == nil })
        // Two of them do, whatever was before.
        #expect(
            paces(starts([3_300, 2_000, 2_000]), expectedMs: 5_000).last
                == pace(2, 8_300, 2_000_000))
    }

    @Test("a pace lasts for hours, whatever frames are rounded to")
    func hours() {
        let startsMs = (0..<5_000).map { 5_000 + Int64($0) * 2_002_000 / 1_000 }
        #expect(Set(paces(startsMs)).subtracting([nil]) == [pace(1, 5_000, 2_002_000)])
        // 30 pictures a second by a clock that is not exact: 2 s and 33 us.
        let wrong = (0..<5_000).map { 5_000 + Int64($0) * 2_000_033 / 1_000 }
        let found = Set(paces(wrong)).subtracting([nil])
        #expect(found.count <= 2, "\(found)")
    }

    @Test("a pace that is not exact is left before it is wrong, and the next one is better")
    func drift() {
        // The first steps say 2,000.
        let stepsMs = [2_000, 2_000] + [Int64](repeating: 2_040, count: 400)
        let found = paces(starts(stepsMs))
        let all = found.compactMap(\.self).reduce(into: [SegmentPace]()) {
            if $0.last != $1 { $0.append($1) }
        }
        #expect(all.first == pace(1, 5_000, 2_000_000) && all.allSatisfy { $0.stepUs != nil })
        #expect(2...4 ~= all.count, "\(all)")
        #expect(all.last?.stepUs == 2_040_000)
    }

    @Test("one segment that is out of step begins the same pace anew")
    func odd() {
        let found = paces(starts([2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 3_000, 2_000, 2_000]))
        #expect(found[6] == pace(1, 5_000, 2_000_000))
        #expect(found[7] == pace(8, 20_000, 2_000_000) && found[9] == found[7])
    }

    @Test("several of them end it, until segments have been even for a while")
    func broken() {
        let stepsMs: [Int64] = [
            2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 3_000, 2_600, 2_000, 2_000, 2_000, 2_000,
        ]
        let found = paces(starts(stepsMs))
        #expect(found[8] == pace(9, 22_600, nil) && found[10] == found[8])
        #expect(found[11] == pace(12, 28_600, 2_000_000) && found[12] == found[11])
    }

    @Test("what does not continue the segment before has the same step, and another beginning")
    func breaks() {
        let found = paces(starts([2_000, 2_000, 2_500, 2_000]), breaks: [3])
        #expect(found[3] == pace(4, 11_500, 2_000_000) && found[4] == found[3])
        // Before there was one, there is none.
        #expect(paces(starts([2_000, 2_500]), breaks: [1]).allSatisfy { $0 == nil })
    }

    @Test("another source goes on without a pace of its own, where there was one")
    func rings() {
        var keeper = PaceKeeper()
        keeper.beginRing()
        keeper.begin(7, at: 0, after: nil)
        #expect(keeper.pace == nil)
        for (index, ms) in [Int64(0), 2_000, 4_000].enumerated() {
            keeper.begin(UInt64(index) + 8, at: ms, after: index == 0 ? nil : ms - 2_000)
        }
        #expect(keeper.pace?.stepUs == 2_000_000)
        keeper.beginRing()
        keeper.begin(11, at: 100, after: nil)
        #expect(keeper.pace == pace(11, 100, nil))
    }

    @Test("steps that nobody takes make no pace, and none of them traps")
    func hostile() {
        let steps: [[Int64]] = [
            [100, 100, 100, 100], [70_000, 70_000, 70_000], [-10, -10, -10], [0, 0, 0, 0],
        ]
        for stepsMs in steps { #expect(paces(starts(stepsMs)).allSatisfy { $0 == nil }) }
        _ = paces(starts([2_000, 2_000, Timeline.latestMs / 2, 2_000, -Timeline.latestMs / 2]))
        let late = pace(1, 0, 60_000_000)
        #expect(!late.holds(for: .max, at: Timeline.latestMs) && !late.holds(for: 0, at: 0))
        #expect(!late.holds(for: 1, at: .max) && !late.holds(for: 1, at: -1))
    }
}
