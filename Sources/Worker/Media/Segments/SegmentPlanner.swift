// Decides what a broadcast can promise in segments, from its first seconds: how far apart its key frames
// are, how far apart its frames, and how often media arrives. Pure; arrival times come from the caller.
//
// The plan cannot be changed later, so it errs on the safe side. It waits for enough key frames to know
// their distance, and no longer than for the greatest distance at which they are worth waiting for.
//
// Parts: one is closed before the frame that would carry it over the part target, and must have 85 % of
// it. So the greatest distance of frames decides how short the target can be. Nor can parts come more
// often than media arrives.

struct SegmentPlanner: Sendable, Equatable {
    var firstMs: Int64?
    var newestMs: Int64 = 0
    var lastKeyMs: Int64?
    var keyDistances: UInt8 = 0
    var shortestKeyMs: Int64 = 0
    var longestKeyMs: Int64 = 0
    var lastPictureMs: Int64?
    var longestPictureMs: Int64 = 0
    var longestSoundMs: Int64 = 0
    /// Arrivals: the first, the last, and how many others there were. Those that follow another closely
    /// are one with it.
    var firstArrivalMs: UInt64?
    var lastArrivalMs: UInt64 = 0
    var laterArrivals: UInt32 = 0

    /// The plan waits for so much media at least: then a key frame at three seconds can begin a segment.
    private static let leastMs: Int64 = 2_500
    /// Without any picture in a stream that has a picture track, for so much.
    private static let lateMs: Int64 = 6_000
    /// In no case for more: key frames further apart are not waited for.
    private static let mostMs: Int64 = 12_500
    /// No distance or duration counts for more.
    static let longestMs: Int64 = 60_000
    private static let mostTargetMs: Int64 = 12_000
    /// Where key frames come too seldom, or their distance is not known.
    private static let seldomTargetMs: Int64 = 6_000
    /// Shorter parts cost more requests than they gain.
    private static let leastPartMs: Int64 = 300
    /// Longer parts are no low latency.
    private static let mostPartMs: Int64 = 1_000
    /// Part targets are multiples of this.
    private static let partStepMs: Int64 = 50
    /// The most of its target that a part may lack, in percent.
    private static let partSlackPercent: Int64 = 15
    private static let arrivalMs: UInt64 = 50
    /// More than come before the plan is made.
    static let mostArrivals: UInt32 = 1_000_000
    /// Pictures are expected to come after twice their greatest distance so far, and never sooner.
    private static let leastPictureMs: Int64 = 100

    // MARK: Observing

    /// - Parameter arrivedMs: when the frame arrived, on any clock that only runs forward.
    mutating func note(_ frame: SegmentRule.Frame, arrivedMs: UInt64?) {
        if firstMs == nil { firstMs = frame.timeMs }
        newestMs = max(newestMs, frame.timeMs)
        if let arrivedMs { note(arrivalAtMs: arrivedMs) }
        guard frame.isPicture else {
            longestSoundMs = max(longestSoundMs, bounded(frame.endMs - frame.timeMs))
            return
        }
        if frame.isBreak {
            lastKeyMs = nil
            lastPictureMs = nil
        }
        if frame.isKeyPicture {
            if let lastKeyMs { note(keyDistanceMs: bounded(frame.timeMs - lastKeyMs)) }
            lastKeyMs = frame.timeMs
        }
        if let lastPictureMs {
            longestPictureMs = max(longestPictureMs, bounded(frame.timeMs - lastPictureMs))
        }
        lastPictureMs = max(lastPictureMs ?? frame.timeMs, frame.timeMs)
    }

    private mutating func note(keyDistanceMs: Int64) {
        shortestKeyMs = keyDistances == 0 ? keyDistanceMs : min(shortestKeyMs, keyDistanceMs)
        longestKeyMs = max(longestKeyMs, keyDistanceMs)
        keyDistances = min(keyDistances, 254) + 1
    }

    private mutating func note(arrivalAtMs ms: UInt64) {
        guard firstArrivalMs != nil else {
            firstArrivalMs = ms
            lastArrivalMs = ms
            return
        }
        guard ms > lastArrivalMs, ms - lastArrivalMs >= Self.arrivalMs else { return }
        lastArrivalMs = ms
        laterArrivals = min(laterArrivals, Self.mostArrivals - 1) + 1
    }

    private func bounded(_ ms: Int64) -> Int64 { min(max(ms, 0), Self.longestMs) }

    // MARK: Deciding

    /// The plan, as a rule; nil as long as too little is known.
    func rule(hasVideo: Bool) -> SegmentRule? {
        guard isReady(hasVideo: hasVideo) else { return nil }
        let targetMs = targetMs(hasVideo: hasVideo)
        return SegmentRule(
            plan: SegmentPlan(
                targetDurationMs: UInt32(targetMs), partTargetMs: partTargetMs.map { UInt32($0) }),
            pictureDistanceMs: min(max(2 * longestPictureMs, Self.leastPictureMs), targetMs / 2))
    }

    private func isReady(hasVideo: Bool) -> Bool {
        let elapsedMs = newestMs - (firstMs ?? newestMs)
        guard hasVideo, elapsedMs < Self.mostMs else { return elapsedMs >= Self.leastMs }
        guard lastPictureMs != nil else { return elapsedMs >= Self.lateMs }
        let isKnown =
            keyDistances > 1 || keyDistances == 1 && longestKeyMs >= SegmentRule.shortestMs
        return isKnown && elapsedMs >= Self.leastMs
    }

    private func targetMs(hasVideo: Bool) -> Int64 {
        var targetMs = Self.seldomTargetMs
        if let longestMs = expectedMs(hasVideo: hasVideo) {
            let neededMs = longestMs + max(500, longestMs / 8)
            if neededMs <= Self.mostTargetMs { targetMs = neededMs }
        }
        // Pictures that stand still for so long must not carry a segment over its target.
        targetMs = max(targetMs, min(2 * longestPictureMs, Self.mostTargetMs))
        return (targetMs + 999) / 1_000 * 1_000
    }

    /// The longest segment if all goes on like this; nil when key frames are too far apart to tell.
    private func expectedMs(hasVideo: Bool) -> Int64? {
        let shortestMs = SegmentRule.shortestMs
        // Clusters of sound are a second long, and segments begin with them.
        guard hasVideo else { return 2 * (1_000 + longestSoundMs) }
        guard keyDistances > 0 else { return nil }
        let groups = (shortestMs + max(shortestKeyMs, 1) - 1) / max(shortestKeyMs, 1)
        return min(groups * longestKeyMs, shortestMs + longestKeyMs)
    }

    private var partTargetMs: Int64? {
        guard let firstArrivalMs, laterArrivals > 0 else { return nil }
        let arrivalMs = Int64(clamping: (lastArrivalMs - firstArrivalMs) / UInt64(laterArrivals))
        let frameMs = max(longestPictureMs, longestSoundMs)
        let leastMs = max(Self.leastPartMs, arrivalMs, frameMs * 100 / Self.partSlackPercent)
        guard leastMs <= Self.mostPartMs else { return nil }
        return (leastMs + Self.partStepMs - 1) / Self.partStepMs * Self.partStepMs
    }
}
