// The segments of one ring, as its writer sees them go by: it counts every frame (TrackClock), finds the
// plan (SegmentPlanner), and makes a record where a segment begins (SegmentRule). Pure.
//
// For each frame, in the order of the ring: `start`, which changes nothing, so that the fragment before
// can be ended with a snapshot that does not have the frame; then `take`. A worker that goes on from such
// a snapshot makes the same record again.
//
// Ordinals go on over everything: losses, restarts, other workers and, with the caller's help, a new ring.
// So does the plan: players know it, and the addresses of lists stay. The rule cuts any source to any plan.

package struct SegmentWriter: Sendable {
    /// One for each served track.
    var clocks: [TrackClock] = []
    /// Nil for pictures.
    private var meters: [SoundMeter?] = []
    /// Of the first track; nil when that has no pictures, or none that can be repeated.
    private var repeater: FrameRepeater?
    /// The newest picture.
    var held = HeldPicture()
    /// What is known of the pictures that came, which may still wait for their turn.
    var pictureSetUp: AV1.Repeating?
    /// The set-up of pictures that were written.
    var setUp = SetUpProgress()
    /// Nil for what has none that is followed.
    private var setUpReader: SetUpReader?
    /// The track of the pictures, as its header says it.
    private var picture: MediaTrack?

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
    /// The present segment had to begin without a key frame.
    var isDependent = false
    /// Since when all segments have continued the one before.
    var unbrokenSinceMs: Int64 = 0
    /// The source's clock has jumped, and the jump was taken out of the media's: the next segment does
    /// not continue this one, because other times of day belong to its media.
    var isJumpPending = false

    var pace = PaceKeeper()
    var wall = WallOffset()
    /// When what comes now has arrived: a Unix time that steps of the wall clock do not move; nil when
    /// that is not known. No part of the state.
    package var arrivedMs: UInt64?

    /// A source whose clock jumps all the time does not begin segments more often.
    private static let jumpDistanceMs: Int64 = 1_000

    package init() {}

    var hasVideo: Bool { clocks.first?.reorderDepth != nil }

    /// What is promised; nil until the plan is made.
    package var plan: SegmentPlan? { rule?.plan }

    // MARK: Broadcasts

    /// A broadcast begins, in the same ring unless `beginRing` follows.
    mutating func begin(_ served: [MediaTrack]) {
        let fresh = served.map { TrackClock(for: $0) }
        if haveClocks(like: fresh) {
            restartClocks()
            for (index, clock) in fresh.enumerated() { clocks[index].reorder(like: clock) }
        } else {
            followsAnother = followsAnother || begunAtMs != nil
            clocks = fresh
            forgetMedia()
        }
        held = HeldPicture()
        pictureSetUp = nil
        setUp.takeHeader()
        adopt(served)
    }

    /// The tracks whose frames come, after a snapshot.
    mutating func adopt(_ served: [MediaTrack]) {
        meters = served.map { $0.kind == .audio ? SoundMeter(for: $0) : nil }
        repeater = served.first.flatMap { FrameRepeater(for: $0) }
        if let pictureSetUp { repeater?.setUp = pictureSetUp }
        setUpReader = served.first.flatMap { SetUpReader(for: $0) }
        picture = served.first { $0.kind == .video }
    }

    /// Whether the clocks can be those of tracks that have these before their first frames. Another set-up
    /// may have changed how pictures are reordered.
    func haveClocks(like fresh: [TrackClock]) -> Bool {
        clocks.count == fresh.count
            && zip(clocks, fresh).allSatisfy { clock, fresh in
                clock.timescale == fresh.timescale
                    && (clock.reorderDepth == nil) == (fresh.reorderDepth == nil)
            }
    }

    /// What follows is in a ring of its own, which begins with these numbers.
    /// - Parameter plan: what players have been promised under the ring's name; nil: nothing.
    package mutating func beginRing(
        ordinal: UInt64, discontinuities count: UInt64, plan: SegmentPlan?
    ) {
        nextOrdinal = min(max(ordinal, 1), SegmentRecord.greatestOrdinal)
        // The first segment of such a ring is the last of its discontinuities.
        followsAnother = count > 0
        discontinuities = min(count, SegmentRecord.greatestOrdinal) - (count > 0 ? 1 : 0)
        for index in clocks.indices { clocks[index] = clocks[index].unused }
        if plan != rule?.plan { rule = plan.map { SegmentRule(plan: $0) } }
        // Nobody has a manifest of it any more.
        if plan == nil { pace = PaceKeeper() }
        held.again = nil
        setUp = SetUpProgress()
        forgetMedia()
    }

    /// The source has begun anew, and its media goes on where the last one ended.
    mutating func continueTimeline() {
        wall.beginAnew(isKnown: begunAtMs != nil)
        if begunAtMs == nil { planner = SegmentPlanner() }
    }

    /// The source's clock has jumped, and its media goes on as if it had not.
    mutating func clockJumped() {
        isJumpPending = begunAtMs != nil
        wall.beginAnew(isKnown: begunAtMs != nil)
    }

    private mutating func forgetMedia() {
        planner = SegmentPlanner()
        begunAtMs = nil
        isDependent = false
        unbrokenSinceMs = 0
        isJumpPending = false
        pace.beginRing()
        wall = WallOffset()
    }

    private mutating func restartClocks() {
        held.again = nil
        for index in clocks.indices { clocks[index].restart() }
    }

    // MARK: Frames

    /// How long a frame of sound lasts, in ticks of its track's clock; nil for pictures, and when it
    /// cannot be said.
    func soundTicks(of data: Span<UInt8>, track: Int) -> UInt32? {
        meters[track]?.ticks(of: data)
    }

    /// How a picture can be repeated that has come; nil for sound.
    mutating func heldPicture(_ data: Span<UInt8>, track: Int) -> HeldPicture? {
        guard track == 0, repeater?.needsSetUp == false, let picture = repeater?.take(data) else {
            return nil
        }
        pictureSetUp = picture.setUp
        return picture
    }

    /// What a key frame that is about to be written makes of the set-up of pictures; nil: nothing.
    func setUpChange(at data: Span<UInt8>) -> SetUpReader.Change? {
        setUpReader?.change(in: data, from: setUp.picture)
    }

    /// Whether a segment begins with this frame. Changes nothing.
    func start(at frame: SegmentRule.Frame) -> SegmentRule.Start? {
        guard let rule = rule ?? rule(with: frame) else { return nil }
        let start = rule.start(at: frame, begunAtMs: begunAtMs, isDependent: isDependent)
        guard let begunAtMs else { return start }
        if isJumpPending, frame.timeMs - begunAtMs >= Self.jumpDistanceMs { return .discontinuity }
        let isWallWrong =
            start == .continuing
            && wall.isWrong(sinceMs: frame.timeMs - unbrokenSinceMs, arrivedMs: arrivedMs)
        return isWallWrong ? .discontinuity : start
    }

    /// The plan, if the frame is the last that it needs, and one at which the first segment may begin.
    private func rule(with frame: SegmentRule.Frame) -> SegmentRule? {
        guard SegmentRule.isPlace(frame) else { return nil }
        var planner = planner
        note(frame, in: &planner)
        return planner.rule(hasVideo: hasVideo, canRepeat: repeater != nil)
    }

    private func note(_ frame: SegmentRule.Frame, in planner: inout SegmentPlanner) {
        planner.note(frame, pictureDistanceMs: pictureDistanceMs(to: frame), arrivedMs: arrivedMs)
    }

    /// How long after the picture before it this one is decoded; nil when there is none before it.
    private func pictureDistanceMs(to frame: SegmentRule.Frame) -> Int64? {
        guard frame.isPicture, !frame.isBreak, planner.hasPicture, var clock = clocks.first else {
            return nil
        }
        let earliest = clock.earliest
        let decodeTime = clock.take(timeMs: frame.timeMs, soundTicks: nil).decodeTime
        // A minute is as good as anything longer.
        let ticks = min(decodeTime - earliest, 60 * UInt64(clock.timescale)) + 1
        return Int64(ticks * 1_000 / UInt64(clock.timescale))
    }

    /// Takes the frame; returns the record of the segment that begins with it.
    ///
    /// - Parameters:
    ///   - change: as `setUpChange(at:)` has said.
    ///   - start: as `start(at:)` has said.
    ///   - clusterMs: when the cluster began that goes on with the frame; nil when it begins one.
    ///   - isIndependent: decoding can start here, or with the next picture.
    mutating func take(
        _ frame: SegmentRule.Frame, _ data: Span<UInt8>, track: Int, soundTicks: UInt32?,
        held picture: HeldPicture?, change: SetUpReader.Change?, start: SegmentRule.Start?,
        clusterMs: Int64?,
        isIndependent: Bool
    ) -> [UInt8]? {
        if let change {
            setUp.take(change)
            resumeSetUp()
        }
        if rule == nil {
            note(frame, in: &planner)
            rule = planner.rule(hasVideo: hasVideo, canRepeat: repeater != nil)
            pace.expect(stepMs: planner.evenStepMs)
        }
        wall.note(frame.timeMs, arrivedMs: arrivedMs)
        if frame.isBreak || start == .discontinuity { restartClocks() }
        var record: [UInt8]?
        if let start, let rule {
            record = begin(
                frame, start, plan: rule.plan, clusterMs: clusterMs, isIndependent: isIndependent
            ).encoded()
        }
        _ = clocks[track].take(timeMs: frame.timeMs, soundTicks: soundTicks)
        if frame.isPicture { held = picture ?? lateHeldPicture(data) ?? HeldPicture() }
        return record
    }

    private func lateHeldPicture(_ data: Span<UInt8>) -> HeldPicture? {
        guard var repeater, repeater.needsSetUp else { return nil }
        return repeater.take(data)
    }

    /// Pictures have the set-up that is known.
    mutating func resumeSetUp() {
        guard repeater?.needsSetUp ?? true else { return }
        repeater = picture.flatMap { FrameRepeater(for: $0.with(setUp.picture)) }
    }

    private mutating func begin(
        _ frame: SegmentRule.Frame, _ start: SegmentRule.Start, plan: SegmentPlan,
        clusterMs: Int64?, isIndependent: Bool
    ) -> SegmentRecord {
        let isDiscontinuity = start == .discontinuity || followsAnother
        let beginsSetUp = setUp.isNew && begunAtMs != nil
        let segmentSetUp = beginSetUp()
        if isDiscontinuity { isJumpPending = false }
        if isDiscontinuity || beginsSetUp {
            discontinuities = min(discontinuities + 1, SegmentRecord.greatestOrdinal)
        }
        if beginsSetUp, !isDiscontinuity {
            // The clocks and the time of day go on.
            unbrokenSinceMs = frame.timeMs
        } else if isDiscontinuity || begunAtMs == nil {
            unbrokenSinceMs = frame.timeMs
            wall.settle()
        } else {
            wall.close(ifUnbrokenForMs: frame.timeMs - unbrokenSinceMs)
        }
        followsAnother = false
        // A period of DASH has one set-up, so another one begins the pace anew.
        pace.begin(
            nextOrdinal, at: frame.timeMs,
            after: isDiscontinuity || beginsSetUp ? nil : begunAtMs)
        begunAtMs = frame.timeMs
        isDependent = !isIndependent
        let record = SegmentRecord(
            ordinal: nextOrdinal, discontinuityOrdinal: discontinuities,
            isIndependent: isIndependent, isDiscontinuity: isDiscontinuity,
            mediaTimeMs: frame.timeMs, unbrokenSinceMs: unbrokenSinceMs, clusterMs: clusterMs,
            wallMs: wall.wallMs(ofMediaMs: frame.timeMs), plan: plan, clocks: clocks, held: held,
            setUp: segmentSetUp, beginsSetUp: beginsSetUp, pace: pace.pace)
        nextOrdinal = min(nextOrdinal + 1, SegmentRecord.greatestOrdinal)
        return record
    }

    /// The set-up of the segment that begins; from another one on, pictures may be reordered in another way.
    private mutating func beginSetUp() -> SegmentSetUp? {
        if setUp.isNew, let picture, hasVideo {
            clocks[0].reorder(like: TrackClock(for: picture.with(setUp.picture)))
        }
        return setUp.begin(nextOrdinal)
    }
}

extension TrackClock {
    /// The clock of the same track before its first frame.
    fileprivate var unused: TrackClock {
        reorderDepth.map { TrackClock(reorderDepth: $0) }
            ?? TrackClock(sampleRateHz: Int(timescale))
    }
}
