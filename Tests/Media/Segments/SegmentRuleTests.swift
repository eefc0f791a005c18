// When a segment begins: a table.

import Testing

@testable import Media

private let rule = SegmentRule(
    plan: SegmentPlan(targetDurationMs: 4_000, partTargetMs: nil), pictureDistanceMs: 40)

private struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let frame: SegmentRule.Frame
    let begunAtMs: Int64?
    let isDependent: Bool
    let start: SegmentRule.Start?

    init(
        _ name: String, _ frame: SegmentRule.Frame, begunAtMs: Int64? = 10_000,
        isDependent: Bool = false, _ start: SegmentRule.Start?
    ) {
        testDescription = name
        self.frame = frame
        self.begunAtMs = begunAtMs
        self.isDependent = isDependent
        self.start = start
    }
}

private func key(_ timeMs: Int64) -> SegmentRule.Frame {
    SegmentRule.Frame(
        timeMs: timeMs, endMs: timeMs + 33, isPicture: true, isKeyPicture: true,
        startsCluster: true)
}

private func picture(_ timeMs: Int64, sinceMs: Int64 = 40) -> SegmentRule.Frame {
    SegmentRule.Frame(
        timeMs: timeMs, endMs: timeMs + 33, isPicture: true, sincePictureMs: sinceMs)
}

private func sound(
    _ timeMs: Int64, lastsMs: Int64 = 20, besidePicture: Bool = true, startsCluster: Bool = false
) -> SegmentRule.Frame {
    SegmentRule.Frame(
        timeMs: timeMs, endMs: timeMs + lastsMs, startsCluster: startsCluster,
        expectsPictures: besidePicture)
}

extension SegmentRule.Frame {
    fileprivate var afterBreak: SegmentRule.Frame {
        var frame = self
        frame.isBreak = true
        frame.startsCluster = true
        return frame
    }
}

@Suite("The rule of segments")
struct SegmentRuleTests {
    private static let rows = [
        Row("the first one waits for a key frame", picture(0), begunAtMs: nil, nil),
        Row("nor does sound beside a picture begin it", sound(0), begunAtMs: nil, nil),
        Row("it begins with a key frame", key(0), begunAtMs: nil, .continuing),
        Row(
            "or with a cluster of sound when there is no picture",
            sound(0, besidePicture: false, startsCluster: true), begunAtMs: nil, .continuing),
        Row(
            "but not within one", sound(0, besidePicture: false), begunAtMs: nil, nil),

        Row("a key frame soon after the last begins none", key(11_000), nil),
        Row("one after two seconds does", key(12_000), .continuing),
        Row("also when it comes a little early", key(11_960), .continuing),
        Row("also late, as long as it rounds to the target", key(14_400), .continuing),
        Row("pictures in between do not", picture(12_000), nil),
        Row("nor does sound beside them", sound(13_000), nil),

        Row(
            "without a key frame the picture before the limit begins one", picture(13_950),
            .continuing),
        Row("not the one before it", picture(13_900), nil),
        Row(
            "an earlier one where pictures come seldom", picture(13_000, sinceMs: 1_000),
            .continuing),
        Row("but not as long as another may come", picture(12_700, sinceMs: 1_000), nil),
        Row("nor in the first half", picture(11_990, sinceMs: 60_000), nil),
        Row(
            "a key frame ends a segment sooner that began without one", key(11_000),
            isDependent: true, .continuing),
        Row("but not at once", key(10_900), isDependent: true, nil),
        Row("a picture that stands still: sound does it", sound(13_990), .continuing),
        Row("as late as can be", sound(13_980), nil),
        Row("whatever duration it claims", sound(12_900, lastsMs: 100_000), nil),
        Row("a frame in disorder does not", picture(9_900), nil),

        Row(
            "without a picture every two seconds, with a cluster",
            sound(12_000, besidePicture: false, startsCluster: true), .continuing),
        Row("not within one", sound(12_000, besidePicture: false), nil),
        Row(
            "nor after one second", sound(11_000, besidePicture: false, startsCluster: true), nil),
        Row(
            "and within a cluster if none begins in time", sound(13_990, besidePicture: false),
            .continuing),

        Row("what comes after a loss begins one", key(10_100).afterBreak, .discontinuity),
        Row("sound as well", sound(10_100).afterBreak, .discontinuity),
        Row("nothing came for too long: pictures", picture(14_500), .discontinuity),
        Row("nothing came for too long: a key frame", key(30_000), .discontinuity),
        Row("nothing came for too long: sound", sound(14_500), .discontinuity),
        Row("time that went back by far", picture(-1_000), .discontinuity),
    ]

    @Test(arguments: rows)
    private func table(row: Row) {
        let start = rule.start(
            at: row.frame, begunAtMs: row.begunAtMs, isDependent: row.isDependent)
        #expect(start == row.start)
    }

    /// A segment ends where the next one begins, or with its last frame if that one does not continue it.
    @Test(
        "no segment is longer than its target by half a second, whatever comes",
        arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func neverTooLong(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var timeMs: Int64 = 0
        var begunAtMs: Int64?
        var longestMs: Int64 = 0
        for _ in 0..<20_000 {
            timeMs += Int64.random(in: 0...[40, 90, 700, 9_000][Int(seed) % 4], using: &random)
            let isSound = Bool.random(using: &random)
            let isKey = Int.random(in: 0..<80, using: &random) == 0
            let frame = isSound ? sound(timeMs) : isKey ? key(timeMs) : picture(timeMs)
            guard let start = rule.start(at: frame, begunAtMs: begunAtMs) else { continue }
            if let begunAtMs, start == .continuing {
                longestMs = max(longestMs, timeMs - begunAtMs)
            }
            begunAtMs = timeMs
        }
        #expect(longestMs > 0 && longestMs < 4_500)
    }
}
