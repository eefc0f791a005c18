// From the source's time to the output time line, both in milliseconds. All values stay between 0 and
// `latestMs`, whatever the source claims, so that nothing computed from them can overflow.
//
// Time is steady for viewers. A source's clock may jump within one header: it is set, or a counter
// begins anew. Viewers could not follow, so the jump is taken out: the track goes on where it was, and
// the difference is kept for the other tracks, which jump too, perhaps some frames later. For that
// reason, each track has its own difference; the newest one is `offsetMs`.

struct Timeline: Sendable, Equatable {
    /// Some 285,000 years; sums and differences of two such values fit 64 bits many times over.
    static let latestMs: Int64 = 1 << 53
    /// The range of differences added to a source's time.
    static let offsets: ClosedRange<Int64> = -4 * latestMs...4 * latestMs
    /// A frame that ends this much before the written media is a jump back, not reordering.
    static let reorderMs: Int64 = 10_000

    /// Added to the source's time since its last jump.
    var offsetMs: Int64 = 0
    /// Where the next frame goes; decides `offsetMs` when it comes.
    var continueAtMs: Int64?
    /// Nothing of the current broadcast was written yet.
    var isFresh = true
    /// The end of what was written.
    var nextMs: Int64 = 0
    /// The newest output time that a frame of this broadcast was given.
    var newestMs: Int64?

    /// The output time of a frame; settles a pending continuation, and takes out a jump of the source's
    /// clock. Placing a frame twice has the same effect as placing it once, except for `didJump`.
    mutating func place(
        sourceMs source: Int64, of track: inout TrackProgress, limits: MediaLimits
    ) -> (timeMs: Int64, didJump: Bool) {
        if let continueAtMs {
            offsetMs = continueAtMs - source
            self.continueAtMs = nil
        }
        if track.lastTimeMs == nil { track.offsetMs = offsetMs }
        let didJump = settleOffset(of: &track, source: source, limits: limits)
        let timeMs = min(max(source + track.offsetMs, 0), Timeline.latestMs)
        newestMs = max(newestMs ?? timeMs, timeMs)
        return (timeMs, didJump)
    }

    /// Chooses the difference for a track's time: the present one; or, when that would be a jump, the
    /// one since the last jump of any track; or else one that lets the track go on where it is.
    private mutating func settleOffset(
        of track: inout TrackProgress, source: Int64, limits: MediaLimits
    ) -> Bool {
        guard let newestMs else { return false }
        let earliestMs =
            track.lastTimeMs.map { $0 - limits.jumpBackMs } ?? newestMs - limits.jumpForwardMs
        let steadyMs = earliestMs...max(earliestMs, newestMs + limits.jumpForwardMs)
        let isSteady = steadyMs.contains(source + track.offsetMs)
        if track.offsetMs == offsetMs, isSteady { return false }
        let distanceMs = abs(source + track.offsetMs - newestMs)
        if track.offsetMs != offsetMs, steadyMs.contains(source + offsetMs),
            !isSteady || abs(source + offsetMs - newestMs) < distanceMs
        {
            track.offsetMs = offsetMs
            return false
        }
        guard !isSteady else { return false }
        let goesOnAtMs = track.lastTimeMs.map { $0 + Int64(track.frameDurationMs) } ?? newestMs
        track.offsetMs = goesOnAtMs - source
        offsetMs = track.offsetMs
        return true
    }

    /// Notes that media up to `endMs` was written.
    mutating func wrote(until endMs: Int64) {
        if isFresh || endMs > nextMs || endMs < nextMs - Timeline.reorderMs { nextMs = endMs }
        isFresh = false
    }

    /// A new broadcast begins: its own time line, until it is told to continue the old one.
    mutating func restart() {
        offsetMs = 0
        continueAtMs = nil
        isFresh = true
        newestMs = nil
    }
}
