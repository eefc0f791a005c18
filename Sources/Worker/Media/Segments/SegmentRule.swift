// When a new segment begins: at the first place at which decoding can start, two seconds or so after the
// last one began; and before a segment would be longer than was promised, wherever that is. Pure.
//
// A segment that does not begin at a key frame is worse for players than one that does, and a segment that
// is too long is worse than that. When nothing came for so long that the segment would have to be too
// long, the next one does not continue it: then what came last need not last until now.

struct SegmentRule: Sendable, Equatable {
    /// A frame that is about to be written, in the order of the ring.
    struct Frame: Sendable, Equatable {
        var timeMs: Int64
        /// As far as known.
        var endMs: Int64
        var isPicture = false
        var isKeyPicture = false
        /// It begins a cluster, or follows one that it begins.
        var startsCluster = false
        /// There is a picture, and it has not stopped: key frames are worth waiting for.
        var expectsPictures = true
        /// Of a picture: how long after the one before it comes; 0 if that is not known.
        var sincePictureMs: Int64 = 0
        /// A key picture of another set-up than the last segment's pictures.
        var hasOtherSetUp = false
        /// It does not continue what came before: media is missing, or the source has begun anew.
        var isBreak = false
    }

    enum Start: Sendable, Equatable {
        /// A segment that continues the one before.
        case continuing
        /// A segment that does not.
        case discontinuity
    }

    let plan: SegmentPlan
    /// How far apart pictures are, as a rule.
    let pictureDistanceMs: Int64

    /// No segment that ends at a key frame is shorter. A little less than two seconds, because key frames
    /// every two seconds are not exact to the millisecond.
    static let shortestMs: Int64 = 1_900
    /// But for one that had to begin without a key frame: a place to begin is worth more than length.
    private static let shortestDependentMs: Int64 = 1_000
    /// But for one behind which pictures have another set-up: its init would be wrong for them. A source that
    /// changes all the time does not begin segments more often.
    private static let shortestSetUpMs: Int64 = 250
    /// After a picture, the next one is never expected sooner.
    private static let leastPictureMs: Int64 = 100
    /// A segment that is longer than the target by this much still rounds to it.
    private static let roundingMs: Int64 = 499
    /// Time that steps back by this much is another time.
    private static let stepBackMs: Int64 = 10_000
    /// Containers claim all kinds of durations.
    private static let mostSoundMs: Int64 = 1_000

    init(plan: SegmentPlan, pictureDistanceMs: Int64 = 0) {
        self.plan = plan
        self.pictureDistanceMs = pictureDistanceMs
    }

    /// Whether decoding can start at a frame: the first segment begins nowhere else.
    static func isPlace(_ frame: Frame) -> Bool {
        frame.isKeyPicture || !frame.expectsPictures && frame.startsCluster
    }

    /// Whether a segment begins with this frame.
    /// - Parameters:
    ///   - begunAtMs: when the last segment began; nil before the first one.
    ///   - isDependent: it had to begin without a key frame.
    func start(at frame: Frame, begunAtMs: Int64?, isDependent: Bool = false) -> Start? {
        let isPlace = Self.isPlace(frame)
        guard let begunAtMs else { return isPlace ? .continuing : nil }
        let sinceMs = frame.timeMs - begunAtMs
        let targetMs = Int64(plan.targetDurationMs)
        guard !frame.isBreak, -Self.stepBackMs...targetMs + Self.roundingMs ~= sinceMs else {
            return .discontinuity
        }
        let shortestMs = isDependent ? Self.shortestDependentMs : Self.shortestMs
        if isPlace, sinceMs >= shortestMs { return .continuing }
        if frame.hasOtherSetUp, sinceMs >= Self.shortestSetUpMs { return .continuing }
        return sinceMs + expectedMs(after: frame) > targetMs ? .continuing : nil
    }

    /// How long after the frame the next one of its track may come. Pictures have a quarter more than the
    /// distance that is usual, and than the last one. It is no more than half of the target, so that
    /// segments do not become shorter than that.
    private func expectedMs(after frame: Frame) -> Int64 {
        guard frame.isPicture else { return min(frame.endMs - frame.timeMs, Self.mostSoundMs) }
        let distanceMs = max(pictureDistanceMs, frame.sincePictureMs)
        return min(
            max(distanceMs + distanceMs / 4, Self.leastPictureMs),
            Int64(plan.targetDurationMs) / 2)
    }
}
