// The segments of one ring, as its writer sees them go by: it counts every frame (TrackClock), finds the
// plan (SegmentPlanner), and makes a record where a segment begins (SegmentRule). Pure.
//
// For each frame, in the order of the ring: `start`, which changes nothing, so that the fragment before
// can be ended with a snapshot that does not have the frame; then `take`. A worker that goes on from such
// a snapshot makes the same record again.
//
// Ordinals go on over everything: losses, restarts, other workers and, with the caller's help, a new ring.
// The plan stays as long as the ring does.

package struct SegmentWriter: Sendable {
    /// One for each served track.
    var clocks: [TrackClock] = []
    /// Nil for pictures.
    private var meters: [SoundMeter?] = []

    /// Nil until the plan is made.
    var rule: SegmentRule?
    var planner = SegmentPlanner()

    /// The ordinal of the segment that begins next.
    package internal(set) var nextOrdinal: UInt64 = 1
    /// How many segments so far did not continue the one before.
    package internal(set) var discontinuities: UInt64 = 0
    /// The next segment does not continue the last one of the ring before.
    var followsAnother = false
    /// When the present segment began; nil before the first one.
    var begunAtMs: Int64?

    /// What to add to media time to get the time of day; nil until media has arrived.
    var wallOffsetMs: Int64?
    /// The source has begun anew, so the time of day is to be taken anew.
    var isWallDue = false
    /// When what comes now has arrived: a Unix time that steps of the wall clock do not move; nil when
    /// that is not known. No part of the state.
    package var arrivedMs: UInt64?

    package init() {}

    var hasVideo: Bool { clocks.first?.reorderDepth != nil }

    // MARK: Broadcasts

    /// A broadcast begins, in the same ring unless `beginRing` follows.
    mutating func begin(_ served: [MediaTrack]) {
        let fresh = served.map { TrackClock(for: $0) }
        if isCounting(served) {
            restartClocks()
        } else {
            followsAnother = followsAnother || begunAtMs != nil
            clocks = fresh
            forgetPlan()
        }
        adopt(served)
    }

    /// The tracks whose frames come, after a snapshot.
    mutating func adopt(_ served: [MediaTrack]) {
        meters = served.map { $0.kind == .audio ? SoundMeter(for: $0) : nil }
    }

    /// Whether the clocks are those of these tracks.
    func isCounting(_ served: [MediaTrack]) -> Bool {
        clocks.count == served.count
            && zip(clocks, served).allSatisfy { clock, track in
                let fresh = TrackClock(for: track)
                return clock.timescale == fresh.timescale
                    && clock.reorderDepth == fresh.reorderDepth
            }
    }

    /// What follows is in a ring of its own, which begins with these numbers.
    package mutating func beginRing(ordinal: UInt64, discontinuities count: UInt64) {
        nextOrdinal = min(max(ordinal, 1), SegmentRecord.greatestOrdinal)
        // The first segment of such a ring is the last of its discontinuities.
        followsAnother = count > 0
        discontinuities = min(count, SegmentRecord.greatestOrdinal) - (count > 0 ? 1 : 0)
        for index in clocks.indices { clocks[index] = clocks[index].unused }
        forgetPlan()
    }

    /// The source has begun anew, and its media goes on where the last one ended.
    mutating func continueTimeline() {
        isWallDue = begunAtMs != nil
        guard begunAtMs == nil else { return }
        planner = SegmentPlanner()
        wallOffsetMs = nil
    }

    private mutating func forgetPlan() {
        rule = nil
        planner = SegmentPlanner()
        begunAtMs = nil
        wallOffsetMs = nil
        isWallDue = false
    }

    private mutating func restartClocks() {
        for index in clocks.indices { clocks[index].restart() }
    }

    // MARK: Frames

    /// How long a frame of sound lasts, in ticks of its track's clock; nil for pictures, and when it
    /// cannot be said.
    func soundTicks(of data: Span<UInt8>, track: Int) -> UInt32? {
        meters[track]?.ticks(of: data)
    }

    /// Whether a segment begins with this frame. Changes nothing.
    func start(at frame: SegmentRule.Frame) -> SegmentRule.Start? {
        if let rule { return rule.start(at: frame, begunAtMs: begunAtMs) }
        var planner = planner
        planner.note(frame, arrivedMs: arrivedMs)
        return planner.rule(hasVideo: hasVideo)?.start(at: frame, begunAtMs: begunAtMs)
    }

    /// Takes the frame; returns the record of the segment that begins with it.
    ///
    /// - Parameters:
    ///   - start: as `start(at:)` has said.
    ///   - clusterMs: when the cluster began that goes on with the frame; nil when it begins one.
    ///   - isIndependent: decoding can start here, or with the next picture.
    mutating func take(
        _ frame: SegmentRule.Frame, track: Int, soundTicks: UInt32?, start: SegmentRule.Start?,
        clusterMs: Int64?, isIndependent: Bool
    ) -> [UInt8]? {
        if rule == nil {
            planner.note(frame, arrivedMs: arrivedMs)
            rule = planner.rule(hasVideo: hasVideo)
        }
        if begunAtMs == nil || isWallDue { settleWall(frame.timeMs) }
        if frame.isBreak || start == .discontinuity { restartClocks() }
        var record: [UInt8]?
        if let start, let rule {
            record = begin(
                frame, start, plan: rule.plan, clusterMs: clusterMs, isIndependent: isIndependent
            ).encoded()
        }
        _ = clocks[track].take(timeMs: frame.timeMs, soundTicks: soundTicks)
        return record
    }

    private mutating func begin(
        _ frame: SegmentRule.Frame, _ start: SegmentRule.Start, plan: SegmentPlan,
        clusterMs: Int64?, isIndependent: Bool
    ) -> SegmentRecord {
        let isDiscontinuity = start == .discontinuity || followsAnother
        if isDiscontinuity {
            discontinuities = min(discontinuities + 1, SegmentRecord.greatestOrdinal)
        }
        followsAnother = false
        begunAtMs = frame.timeMs
        let record = SegmentRecord(
            ordinal: nextOrdinal, discontinuityOrdinal: discontinuities,
            isIndependent: isIndependent, isDiscontinuity: isDiscontinuity,
            mediaTimeMs: frame.timeMs, clusterMs: clusterMs, wallMs: wallMs(of: frame.timeMs),
            plan: plan, clocks: clocks)
        nextOrdinal = min(nextOrdinal + 1, SegmentRecord.greatestOrdinal)
        return record
    }

    // MARK: The time of day

    /// Before the first segment, the frame that had come soonest counts. Of a source that begins anew it
    /// is the first one, and time does not go back.
    private mutating func settleWall(_ timeMs: Int64) {
        guard let arrivedMs else { return }
        let offsetMs = Int64(min(arrivedMs, SegmentRecord.latestWallMs)) - timeMs
        let knownMs = wallOffsetMs ?? offsetMs
        wallOffsetMs = isWallDue ? max(knownMs, offsetMs) : min(knownMs, offsetMs)
        isWallDue = false
    }

    private func wallMs(of timeMs: Int64) -> UInt64 {
        let ms = timeMs + (wallOffsetMs ?? 0)
        return min(UInt64(max(ms, 0)), SegmentRecord.latestWallMs)
    }
}

extension TrackClock {
    /// The clock of the same track before its first frame.
    fileprivate var unused: TrackClock {
        reorderDepth.map { TrackClock(reorderDepth: $0) }
            ?? TrackClock(sampleRateHz: Int(timescale))
    }
}
