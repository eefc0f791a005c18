// Decides what a broadcast can promise in segments, from its first seconds: how far apart its key frames
// are, how far apart its frames, and how much media arrives at a time. Pure; arrival times come from the
// caller.
//
// The plan cannot be changed later, so it errs on the safe side; but no single hiccup decides it. The first
// segment begins when it is made, so it waits for no more than it has to: the second key frame, as a rule.
//
// Parts: one is closed before the frame that would carry it over the part target, and must have 85 % of it.
// So the length of frames decides how short the target can be, unless a whole number of them is a part (sound
// is exact), or a part may end within a picture's time because that can be repeated (PartRule). And media must
// not arrive in larger pieces.

struct SegmentPlanner: Sendable, Equatable {
    var firstMs: Int64?
    var newestMs: Int64 = 0
    var lastKeyMs: Int64?
    var keyDistances: UInt8 = 0
    var shortestKeyMs: Int64 = 0
    var longestKeyMs: Int64 = 0
    /// A picture has come since the last break.
    var hasPicture = false
    /// Between pictures, as they are decoded.
    var pictures = GreatestDistances()
    /// How long frames of sound last.
    var sounds = GreatestDistances()
    var arrivals = ArrivalMeter()

    /// The plan waits for so much media at least: about one segment.
    private static let leastMs = SegmentRule.shortestMs
    /// So much media is waited for if a stream that has a picture track has no picture, or if everything
    /// has come at once.
    private static let lateMs: Int64 = 6_000
    /// In no case for more: key frames further apart are not waited for.
    private static let mostMs: Int64 = 12_500
    private static let mostTargetMs: Int64 = 12_000
    /// Where key frames come too seldom, or their distance is not known.
    private static let seldomTargetMs: Int64 = 6_000
    /// Shorter parts cost more requests than they gain, and leave no room for a frame that comes late.
    private static let leastPartMs: Int64 = 300
    /// Parts are not longer because of the distance of frames.
    private static let usualMostPartMs: Int64 = 1_000
    /// Longer parts are no low latency.
    private static let mostPartMs: Int64 = 1_250
    /// Part targets are multiples of this.
    private static let partStepMs: Int64 = 50
    /// The most of its target that a part may lack, in percent.
    private static let partSlackPercent: Int64 = 15
    /// How much longer than what arrives at a time a part is at least, in percent.
    private static let arrivalHeadroomPercent: Int64 = 20
    /// One frame in so many may last longer than is usual.
    private static let oddFrameIn: UInt32 = 10

    // MARK: Observing

    /// - Parameters:
    ///   - pictureDistanceMs: of a picture, how long after the one before it is decoded; nil when there is
    ///     none before it. Where pictures are reordered, the times at which they are shown jump.
    ///   - arrivedMs: when the frame arrived, on any clock that only runs forward.
    mutating func note(
        _ frame: SegmentRule.Frame, pictureDistanceMs: Int64?, arrivedMs: UInt64?
    ) {
        if firstMs == nil {
            firstMs = frame.timeMs
            newestMs = frame.timeMs
        }
        if let arrivedMs { arrivals.note(atMs: arrivedMs, reachedMs: newestMs) }
        newestMs = max(newestMs, frame.timeMs)
        guard frame.isPicture else { return sounds.note(frame.endMs - frame.timeMs) }
        if frame.isBreak {
            lastKeyMs = nil
            hasPicture = false
        }
        if frame.isKeyPicture {
            if let lastKeyMs { note(keyDistanceMs: frame.timeMs - lastKeyMs) }
            lastKeyMs = frame.timeMs
        }
        if let pictureDistanceMs { pictures.note(pictureDistanceMs) }
        hasPicture = true
    }

    private mutating func note(keyDistanceMs: Int64) {
        let ms = min(max(keyDistanceMs, 0), GreatestDistances.longestMs)
        shortestKeyMs = keyDistances == 0 ? ms : min(shortestKeyMs, ms)
        longestKeyMs = max(longestKeyMs, ms)
        keyDistances = min(keyDistances, 254) + 1
    }

    // MARK: Deciding

    private var pictureMs: Int64 { pictures.usualMs(passingOverOneIn: Self.oddFrameIn) ?? 0 }
    private var soundMs: Int64 { sounds.usualMs(passingOverOneIn: Self.oddFrameIn) ?? 0 }

    /// The plan, as a rule; nil as long as too little is known.
    /// - Parameter canRepeat: pictures can be repeated where one lasts too long for a part.
    func rule(hasVideo: Bool, canRepeat: Bool = false) -> SegmentRule? {
        guard isReady(hasVideo: hasVideo) else { return nil }
        let targetMs = targetMs(hasVideo: hasVideo)
        return SegmentRule(
            plan: SegmentPlan(
                targetDurationMs: UInt32(targetMs),
                partTargetMs: partTargetMs(canRepeat: canRepeat).map { UInt32($0) }),
            pictureDistanceMs: pictureMs)
    }

    private func isReady(hasVideo: Bool) -> Bool {
        let elapsedMs = newestMs - (firstMs ?? newestMs)
        // What comes at once tells nothing of what follows it.
        if arrivals.beganAtMs != nil, arrivals.usualMs == nil, elapsedMs < Self.lateMs {
            return false
        }
        guard hasVideo, elapsedMs < Self.mostMs else { return elapsedMs >= Self.leastMs }
        guard hasPicture else { return elapsedMs >= Self.lateMs }
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
        // A picture that stands still must not carry a segment over its target. If there is sound, that
        // begins segments meanwhile.
        let stillMs = sounds.count > 0 ? pictureMs : pictures.longestMs
        targetMs = max(targetMs, min(2 * stillMs, Self.mostTargetMs))
        return (targetMs + 999) / 1_000 * 1_000
    }

    /// The longest segment if all goes on like this; nil when key frames are too far apart to tell.
    private func expectedMs(hasVideo: Bool) -> Int64? {
        let shortestMs = SegmentRule.shortestMs
        // Clusters of sound are a second long, and segments begin with them.
        guard hasVideo else { return 2 * (1_000 + soundMs) }
        guard keyDistances > 0 else { return nil }
        let groups = (shortestMs + max(shortestKeyMs, 1) - 1) / max(shortestKeyMs, 1)
        return min(groups * longestKeyMs, shortestMs + longestKeyMs)
    }

    /// How long segments will be if key frames come as they did; nil when they were not even, or nobody can
    /// tell.
    var evenStepMs: Int64? {
        guard keyDistances > 0, shortestKeyMs > 0,
            longestKeyMs - shortestKeyMs <= longestKeyMs / 8
        else { return nil }
        let groups = (SegmentRule.shortestMs + shortestKeyMs - 1) / shortestKeyMs
        return groups * (shortestKeyMs + longestKeyMs) / 2
    }

    // MARK: Parts

    private func partTargetMs(canRepeat: Bool) -> Int64? {
        guard let arrivalMs = arrivals.usualMs else { return nil }
        let roomyMs = arrivalMs * (100 + Self.arrivalHeadroomPercent) / 100
        let leastMs = Self.inSteps(max(Self.leastPartMs, roomyMs))
        guard leastMs <= Self.mostPartMs else { return nil }
        let longest = max(leastMs, Self.usualMostPartMs)
        let steady = stride(from: leastMs, through: longest, by: Int(Self.partStepMs))
            .first { isSteady($0, canRepeat: canRepeat) }
        if let steady { return steady }
        // Frames that are long for a part: some targets are about a whole number of them.
        let frameMs = max(pictureMs, soundMs)
        let fitting = stride(from: longest, through: leastMs, by: -Int(Self.partStepMs))
            .first { Self.fits($0, framesOf: frameMs) }
        return fitting ?? longest
    }

    /// Whether all parts are long enough for this target, whatever frames come together in one.
    private func isSteady(_ targetMs: Int64, canRepeat: Bool) -> Bool {
        // Sound tells for how long a picture is shown, so that its repeats come in time.
        let isRepeated = canRepeat && sounds.count > 0 && pictureMs <= targetMs
        return (isRepeated || Self.isShort(pictureMs, for: targetMs))
            && (Self.isShort(soundMs, for: targetMs) || Self.isWhole(targetMs, framesOf: soundMs))
    }

    /// Whether a part has enough before a frame that is too much for it.
    private static func isShort(_ frameMs: Int64, for targetMs: Int64) -> Bool {
        inSteps(frameMs * 100 / partSlackPercent) <= targetMs
    }

    /// Whether a part of whole frames has enough. They are as long as they say.
    private static func isWhole(_ targetMs: Int64, framesOf frameMs: Int64) -> Bool {
        targetMs / frameMs * frameMs * 100 >= targetMs * (100 - partSlackPercent)
    }

    private static func inSteps(_ ms: Int64) -> Int64 {
        (ms + partStepMs - 1) / partStepMs * partStepMs
    }

    /// Whether a part of whole frames has its length, also if those are not exact to the millisecond.
    private static func fits(_ targetMs: Int64, framesOf frameMs: Int64) -> Bool {
        let toleranceMs = frameMs / 20
        let wholeMs = (targetMs - toleranceMs) / frameMs * frameMs
        return (wholeMs - toleranceMs) * 100 >= targetMs * (100 - partSlackPercent)
            && wholeMs > 0
    }
}
