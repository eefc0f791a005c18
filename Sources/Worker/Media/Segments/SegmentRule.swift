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
    /// How far after a picture the next one may be.
    let pictureDistanceMs: Int64

    /// No segment that ends at a key frame is shorter. A little less than two seconds, because key frames
    /// every two seconds are not exact to the millisecond.
    static let shortestMs: Int64 = 1_900
    /// A segment that is longer than the target by this much still rounds to it.
    private static let roundingMs: Int64 = 499
    /// Time that steps back by this much is another time.
    private static let stepBackMs: Int64 = 10_000
    /// Containers claim all kinds of durations.
    private static let mostSoundMs: Int64 = 1_000

    /// Whether a segment begins with this frame.
    /// - Parameter begunAtMs: when the last segment began; nil before the first one.
    func start(at frame: Frame, begunAtMs: Int64?) -> Start? {
        let isPlace = frame.isKeyPicture || !frame.expectsPictures && frame.startsCluster
        guard let begunAtMs else { return isPlace ? .continuing : nil }
        let sinceMs = frame.timeMs - begunAtMs
        let targetMs = Int64(plan.targetDurationMs)
        guard !frame.isBreak, -Self.stepBackMs...targetMs + Self.roundingMs ~= sinceMs else {
            return .discontinuity
        }
        if isPlace, sinceMs >= Self.shortestMs { return .continuing }
        let lastsMs =
            frame.isPicture
            ? pictureDistanceMs : min(frame.endMs - frame.timeMs, Self.mostSoundMs)
        return sinceMs + lastsMs > targetMs ? .continuing : nil
    }
}
