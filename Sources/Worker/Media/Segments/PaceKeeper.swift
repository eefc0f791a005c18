// Finds the pace of a ring's segments (SegmentPace), as its writer sees them begin. Pure.
//
// There is none until segments have come in even steps. Once there was one, there always is: players that
// count on it find in the manifest how it goes on, evenly or not. A single segment that is out of step, as
// when an encoder sets a key frame at a cut, begins the same pace anew. The next one soon after it ends it,
// until several steps have been alike again.

struct PaceKeeper: Sendable, Equatable {
    private(set) var pace: SegmentPace?
    /// The step that key frames promise before two segments have been seen; 0: none.
    private var expectedMs: UInt32 = 0
    /// Steps that were alike, up to the last one, and when the first of them began.
    private var alikeSteps: UInt8 = 0
    private var alikeSinceMs: Int64 = 0
    /// So many segments have been in their places since one was out of step.
    private var heldSteps: UInt8 = 0

    /// Steps that differ by no more than this part of their length are alike.
    private static let alikePart: Int64 = 8
    /// So many steps make the first pace, and so many another one after steps that were not alike.
    private static let firstSteps: UInt8 = 2
    private static let laterSteps: UInt8 = 3
    /// After so many steps, one that is odd is forgiven.
    private static let forgivingSteps: UInt8 = 4

    init() {}

    /// Key frames come so that segments will be as long as this; nil when nobody can tell.
    mutating func expect(stepMs: Int64?) {
        expectedMs = UInt32(clamping: min(max(stepMs ?? 0, 0), GreatestDistances.longestMs))
    }

    /// Another source: nothing is known of its key frames. Players keep their manifest.
    mutating func beginRing() {
        let hadPace = pace != nil
        self = PaceKeeper()
        // Where that begins, the first segment says.
        if hadPace { pace = SegmentPace(firstOrdinal: 1, startMs: 0, stepUs: nil) }
    }

    /// A segment begins.
    /// - Parameter previousMs: when the one before it began; nil when it does not continue that.
    mutating func begin(_ ordinal: UInt64, at timeMs: Int64, after previousMs: Int64?) {
        guard let previousMs else {
            alikeSteps = 0
            heldSteps = 0
            // As a rule the source has only reconnected.
            return anchor(at: ordinal, timeMs, stepUs: pace?.stepUs)
        }
        note(stepMs: timeMs - previousMs, from: previousMs)
        let meanUs = self.meanUs(until: timeMs)
        guard let pace else { return beginFirst(ordinal, timeMs, meanUs) }
        guard let stepUs = pace.stepUs else {
            if alikeSteps >= Self.laterSteps, let meanUs {
                anchor(at: ordinal, timeMs, stepUs: meanUs)
            }
            return
        }
        guard !pace.holds(for: ordinal, at: timeMs) else {
            heldSteps = min(heldSteps, .max - 1) + 1
            return
        }
        let lastUs = (timeMs - previousMs) * 1_000
        if Self.areAlike(lastUs, Int64(stepUs)) {
            // Not exact enough: what was counted since says better.
            let steps = Int64(clamping: ordinal) - Int64(clamping: pace.firstOrdinal)
            let drifted = (timeMs - pace.startMs) * 1_000 / max(steps, 1)
            anchor(at: ordinal, timeMs, stepUs: Self.step(drifted) ?? stepUs)
        } else {
            let isForgiven = heldSteps >= Self.forgivingSteps
            anchor(at: ordinal, timeMs, stepUs: isForgiven ? stepUs : nil)
            heldSteps = 0
        }
    }

    private mutating func note(stepMs: Int64, from previousMs: Int64) {
        let isAlike =
            alikeSteps > 0
            && Self.areAlike(stepMs * Int64(alikeSteps), previousMs - alikeSinceMs)
        if isAlike, alikeSteps < .max {
            alikeSteps += 1
        } else {
            alikeSteps = 1
            alikeSinceMs = previousMs
        }
    }

    private func meanUs(until timeMs: Int64) -> UInt32? {
        Self.step((timeMs - alikeSinceMs) * 1_000 / Int64(max(alikeSteps, 1)))
    }

    /// The segments that showed the pace belong to it.
    private mutating func beginFirst(_ ordinal: UInt64, _ timeMs: Int64, _ meanUs: UInt32?) {
        guard let meanUs, ordinal > UInt64(alikeSteps) else { return }
        let isExpected =
            expectedMs > 0 && Self.areAlike(Int64(meanUs), Int64(expectedMs) * 1_000)
        // It is about the first step, and no later one.
        expectedMs = 0
        guard alikeSteps >= (isExpected ? 1 : Self.firstSteps) else { return }
        pace = SegmentPace(
            firstOrdinal: ordinal - UInt64(alikeSteps), startMs: alikeSinceMs, stepUs: meanUs)
    }

    private mutating func anchor(at ordinal: UInt64, _ timeMs: Int64, stepUs: UInt32?) {
        guard pace != nil else { return }
        pace = SegmentPace(firstOrdinal: ordinal, startMs: timeMs, stepUs: stepUs)
    }

    private static func step(_ us: Int64) -> UInt32? {
        UInt32(exactly: us).flatMap { SegmentPace.stepsUs.contains($0) ? $0 : nil }
    }

    private static func areAlike(_ one: Int64, _ other: Int64) -> Bool {
        abs(one - other) <= abs(other) / alikePart
    }

    // MARK: As bytes

    func append(to output: inout OutputSpan<UInt8>) {
        output.append(pace == nil ? 0 : 1)
        (pace ?? SegmentPace(firstOrdinal: 1, startMs: 0, stepUs: nil)).append(to: &output)
        output.append(bigEndian: UInt64(expectedMs), count: 4)
        output.append(alikeSteps)
        output.append(time: alikeSinceMs)
        output.append(heldSteps)
    }

    init(from reader: inout SnapshotReader) throws(MediaError) {
        let hasPace = try reader.byte()
        guard hasPace <= 1 else { throw .malformed("unknown flags of a pace") }
        let known = try SegmentPace(from: &reader)
        pace = hasPace == 1 ? known : nil
        expectedMs = UInt32(try reader.unsigned(4))
        alikeSteps = try reader.byte()
        alikeSinceMs = try reader.time(0...Timeline.latestMs)
        heldSteps = try reader.byte()
        guard expectedMs <= GreatestDistances.longestMs else {
            throw .malformed("the pace of segments is out of range")
        }
    }
}
