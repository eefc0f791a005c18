// What is promised after the first seconds of all kinds of broadcasts: a table.

import Testing

@testable import Media

/// How a source behaves in its first seconds.
private struct Source: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Between pictures; nil: there are none.
    var pictureMs: Int64? = 33
    /// Every so many pictures; 0: only the first.
    var keyEvery = 60
    /// Between frames of sound; nil: there is none.
    var soundMs: Int64? = 20
    /// Between arrivals; nil: all at once.
    var arrivalMs: Int64? = 33
    /// Pictures of which one is left out, for so long.
    var stillMs: Int64 = 0
    /// What is from these times arrives together, at the end.
    var heldUpMs: Range<Int64>?
    /// The picture begins so late.
    var lateMs: Int64 = 0
    var hasVideo = true
    /// Its pictures can be repeated.
    var canRepeat = false

    let targetMs: UInt32
    let partMs: UInt32?
    /// When the plan is made.
    let plannedMs: ClosedRange<Int64>

    init(
        _ name: String, target: UInt32, part: UInt32?, at plannedMs: ClosedRange<Int64>,
        _ change: (inout Source) -> Void = { _ in }
    ) {
        testDescription = name
        targetMs = target
        partMs = part
        self.plannedMs = plannedMs
        change(&self)
    }

    /// In order of time.
    var frames: [SegmentRule.Frame] {
        var frames: [SegmentRule.Frame] = []
        if let pictureMs {
            var timeMs = lateMs
            var count = 0
            while timeMs < 30_000 {
                let isKey = keyEvery == 0 ? count == 0 : count % keyEvery == 0
                frames.append(
                    SegmentRule.Frame(
                        timeMs: timeMs, endMs: timeMs + pictureMs, isPicture: true,
                        isKeyPicture: isKey, startsCluster: isKey))
                timeMs += count == 20 && stillMs > 0 ? stillMs : pictureMs
                count += 1
            }
        }
        if let soundMs {
            for timeMs in stride(from: Int64(0), to: 30_000, by: Int64.Stride(soundMs)) {
                frames.append(
                    SegmentRule.Frame(
                        timeMs: timeMs, endMs: timeMs + soundMs, startsCluster: false,
                        expectsPictures: hasVideo))
            }
        }
        return frames.sorted { $0.timeMs < $1.timeMs }
    }

    /// When a frame arrives: with the others of its body.
    func arrivalMs(of frame: SegmentRule.Frame) -> UInt64 {
        guard let arrivalMs else { return 1_000_000 }
        if let heldUpMs, heldUpMs.contains(frame.timeMs) {
            return UInt64(1_000_000 + heldUpMs.upperBound)
        }
        return UInt64(1_000_000 + (frame.timeMs / arrivalMs + 1) * arrivalMs)
    }
}

private func plan(_ source: Source) -> (rule: SegmentRule, atMs: Int64)? {
    var planner = SegmentPlanner()
    var lastPictureMs: Int64?
    for frame in source.frames {
        let distanceMs = frame.isPicture ? lastPictureMs.map { frame.timeMs - $0 } : nil
        planner.note(
            frame, pictureDistanceMs: distanceMs, arrivedMs: source.arrivalMs(of: frame))
        if frame.isPicture { lastPictureMs = frame.timeMs }
        let rule = planner.rule(hasVideo: source.hasVideo, canRepeat: source.canRepeat)
        if let rule { return (rule, frame.timeMs) }
    }
    return nil
}

@Suite("The plan of segments")
struct SegmentPlannerTests {
    @Test("distances are counted up to a bound, and the greatest few are kept")
    func manyDistances() {
        var distances = GreatestDistances()
        #expect(distances.usualMs(passingOverOneIn: 10) == nil)
        for ms in 1...9 { distances.note(Int64(ms)) }
        #expect(distances.usualMs(passingOverOneIn: 10) == 9)
        for ms: Int64 in [.max, .min, 400] { distances.note(ms) }
        #expect(distances.usualMs(passingOverOneIn: 10) == 400)
        #expect(distances.longestMs == GreatestDistances.longestMs)
        for _ in 0..<1_000_100 { distances.note(20) }
        #expect(distances.count == 1_000_000)
        #expect(distances.usualMs(passingOverOneIn: 10) == 20)
    }

    private static let sources = [
        Source(
            "30 pictures a second, a key frame every two", target: 3_000, part: 300,
            at: 1_900...2_000),
        Source("a key frame every second", target: 3_000, part: 300, at: 1_900...2_000) {
            $0.keyEvery = 30
        },
        Source("a key frame every 100 pictures", target: 4_000, part: 300, at: 3_200...3_400) {
            $0.keyEvery = 100
        },
        Source("a key frame every 5 s", target: 6_000, part: 300, at: 4_900...5_100) {
            $0.keyEvery = 151
        },
        Source("a key frame every 10 s", target: 12_000, part: 300, at: 9_900...10_100) {
            $0.keyEvery = 303
        },
        Source("key frames further apart", target: 6_000, part: 300, at: 12_400...12_600) {
            $0.keyEvery = 600
        },
        Source("no key frame after the first", target: 6_000, part: 300, at: 12_400...12_600) {
            $0.keyEvery = 0
        },
        Source("every picture a key frame", target: 3_000, part: 300, at: 1_900...2_000) {
            $0.keyEvery = 1
        },
        Source("10 pictures a second", target: 3_000, part: 700, at: 1_900...2_000) {
            ($0.pictureMs, $0.keyEvery) = (100, 20)
        },
        Source("5 pictures a second", target: 3_000, part: 900, at: 1_900...2_000) {
            ($0.pictureMs, $0.keyEvery) = (200, 10)
        },
        Source("4 pictures a second", target: 3_000, part: 850, at: 1_900...2_000) {
            ($0.pictureMs, $0.keyEvery) = (250, 8)
        },
        Source("a slide every 4 s, each a key frame", target: 8_000, part: 1_000, at: 3_900...4_100)
        {
            ($0.pictureMs, $0.keyEvery) = (4_000, 1)
        },
        Source(
            "slides without sound: none can come in parts", target: 8_000, part: nil,
            at: 7_900...8_100
        ) {
            ($0.pictureMs, $0.keyEvery, $0.soundMs) = (4_000, 1, nil)
        },
        Source("a screen that stood still for 3 s", target: 6_000, part: 300, at: 4_900...5_000) {
            $0.stillMs = 3_000
        },
        Source("a picture that stood still for 0.9 s", target: 4_000, part: 300, at: 2_800...2_900)
        {
            $0.stillMs = 900
        },
        Source("10 pictures a second, repeated", target: 3_000, part: 300, at: 1_900...2_000) {
            ($0.pictureMs, $0.keyEvery, $0.canRepeat) = (100, 20, true)
        },
        Source(
            "10 pictures a second, and nothing tells how long to repeat them", target: 3_000,
            part: 700, at: 1_900...2_000
        ) {
            ($0.pictureMs, $0.keyEvery, $0.soundMs, $0.canRepeat) = (100, 20, nil, true)
        },
        Source("two pictures a second, repeated", target: 3_000, part: 500, at: 1_900...2_000) {
            ($0.pictureMs, $0.keyEvery, $0.canRepeat) = (500, 4, true)
        },
        Source("a slide every 4 s, repeated", target: 8_000, part: 1_000, at: 3_900...4_100) {
            ($0.pictureMs, $0.keyEvery, $0.canRepeat) = (4_000, 1, true)
        },
        Source("frames of sound of 60 ms", target: 3_000, part: 300, at: 1_900...2_000) {
            $0.soundMs = 60
        },
        Source("frames of sound of 80 ms", target: 3_000, part: 350, at: 1_900...2_000) {
            $0.soundMs = 80
        },
        Source("bodies of 250 ms", target: 3_000, part: 350, at: 1_900...2_000) {
            $0.arrivalMs = 250
        },
        Source("bodies of half a second", target: 3_000, part: 600, at: 1_900...2_000) {
            $0.arrivalMs = 500
        },
        Source("bodies of a second", target: 3_000, part: 1_200, at: 1_900...2_000) {
            $0.arrivalMs = 1_000
        },
        Source("bodies of 2 s: no parts", target: 3_000, part: nil, at: 3_900...4_000) {
            $0.arrivalMs = 2_000
        },
        Source("all at once: no parts", target: 3_000, part: nil, at: 5_900...6_000) {
            $0.arrivalMs = nil
        },
        Source("a line that stood still for 1.2 s", target: 3_000, part: 300, at: 1_900...2_000) {
            $0.heldUpMs = 700..<1_900
        },
        Source(
            "a source that begins with what it has gathered", target: 3_000, part: 300,
            at: 3_000...3_200
        ) {
            $0.heldUpMs = 0..<3_000
        },
        Source("sound only", target: 3_000, part: 300, at: 1_900...1_920) {
            ($0.pictureMs, $0.hasVideo) = (nil, false)
        },
        Source("pictures only", target: 3_000, part: 300, at: 1_900...2_000) {
            $0.soundMs = nil
        },
        Source("a picture that never comes", target: 6_000, part: 300, at: 6_000...6_020) {
            $0.pictureMs = nil
        },
        Source("a picture that is late", target: 3_000, part: 300, at: 5_900...6_100) {
            $0.lateMs = 4_000
        },
    ]

    @Test(arguments: sources)
    private func table(source: Source) throws {
        let (rule, atMs) = try #require(plan(source))
        #expect(rule.plan.targetDurationMs == source.targetMs)
        #expect(rule.plan.partTargetMs == source.partMs)
        #expect(source.plannedMs.contains(atMs), "\(atMs)")
    }

    @Test("what follows keeps the promise", arguments: sources)
    private func kept(source: Source) throws {
        let (rule, atMs) = try #require(plan(source))
        let targetMs = Int64(source.targetMs)
        var begunAtMs: Int64?
        for frame in source.frames where frame.timeMs >= atMs {
            let start = rule.start(at: frame, begunAtMs: begunAtMs)
            #expect(start != .discontinuity)
            guard start != nil else { continue }
            if let begunAtMs { #expect(frame.timeMs - begunAtMs <= targetMs) }
            begunAtMs = frame.timeMs
        }
        // A part that is closed before the frame that would carry it over its target has enough of it.
        guard let partMs = source.partMs else { return }
        let pictureMs = source.canRepeat && source.soundMs != nil ? nil : source.pictureMs
        for frameMs in [pictureMs, source.soundMs] {
            guard let frameMs, frameMs <= partMs else { continue }
            let wholeMs = Int64(partMs) / frameMs * frameMs
            #expect(100 * wholeMs >= 85 * Int64(partMs))
        }
    }

    @Test("key frames that come as they please are within the target, if they do not come too late")
    func irregular() {
        var random = SeededRandom(seed: 7)
        var planner = SegmentPlanner()
        var rule: SegmentRule?
        var begunAtMs: Int64?
        var toKeyMs: Int64 = 0
        var withoutKey = 0
        for timeMs in stride(from: Int64(0), to: 600_000, by: 40) {
            let isKey = timeMs >= toKeyMs
            if isKey { toKeyMs = timeMs + Int64.random(in: 400...2_200, using: &random) }
            let frame = SegmentRule.Frame(
                timeMs: timeMs, endMs: timeMs + 40, isPicture: true, isKeyPicture: isKey,
                startsCluster: isKey)
            if rule == nil {
                planner.note(frame, pictureDistanceMs: 40, arrivedMs: nil)
                rule = planner.rule(hasVideo: true)
            }
            guard rule?.start(at: frame, begunAtMs: begunAtMs) != nil else { continue }
            if !isKey { withoutKey += 1 }
            begunAtMs = timeMs
        }
        #expect(withoutKey < 30 && begunAtMs != nil)
    }
}
