// What an index says at one moment, as the lists of HLS and DASH need it: which segments are listed, which
// one is being made, and under which names their parts are.
//
// Pure: equal indexes give equal values.

import Media

struct IndexView {
    let index: SegmentIndex
    /// Of the ring.
    let epoch: UInt64
    let tracks: PackagedTracks
    let plan: SegmentPlan

    /// Nil as long as there is no segment.
    init?(_ index: SegmentIndex, epoch: UInt64, tracks: PackagedTracks) {
        guard let plan = index.plan, !index.segments.isEmpty else { return nil }
        self.index = index
        self.epoch = epoch
        self.tracks = tracks
        self.plan = plan
    }

    /// Nil when the stream offers no low latency.
    var control: ServerControl? {
        plan.partTargetMs.map {
            ServerControl(targetDurationMs: plan.targetDurationMs, partTargetMs: $0)
        }
    }

    func timescale(of track: PackagedTrack) -> UInt32 { index.timescale(of: track.place) ?? 1 }

    // MARK: Segments

    /// The ordinal of the segment of a track that is being made, or comes next. All before it are whole.
    func next(of track: PackagedTrack) -> UInt64 {
        index.newestComplete(of: track.place).map { $0 + 1 } ?? index.segments.first?.ordinal ?? 0
    }

    /// Whole segments of a track that lists name, oldest first.
    func listed(of track: PackagedTrack) -> [(facts: SegmentFacts, segment: RenditionSegment)] {
        let next = next(of: track)
        return index.segments.compactMap { facts in
            guard facts.ordinal >= index.firstListed, facts.ordinal < next,
                let segment = index.segment(facts.ordinal, of: track.place),
                segment.ticks > 0
            else { return nil }
            return (facts, segment)
        }
    }

    /// How many more segments the list of a track needs, at most, before players can begin with it. It
    /// needs a whole one, and parts of the next one are there soon; or two, where there are no parts. A
    /// broadcast that has ended, or a small ring, has as many as it has.
    ///
    /// - Parameter isForElement: the player is the browser's own. Chromium's begins a target duration behind
    ///   the first segment, and gives up if nothing is there yet.
    func missingSegments(of track: PackagedTrack, isForElement: Bool) -> UInt64 {
        let mayGrow = !index.isFinished && index.firstListed == index.segments.first?.ordinal
        let enough: UInt64 = control == nil ? 2 : 1
        let targetMs = UInt64(plan.targetDurationMs)
        let enoughMs = isForElement ? targetMs + Self.elementLeadMs : 0
        let next = next(of: track)
        var count: UInt64 = 0
        var ticks: UInt64 = 0
        // From the newest one back: this is asked for every request.
        for facts in index.segments.reversed() where facts.ordinal < next {
            guard facts.ordinal >= index.firstListed,
                let segment = index.segment(facts.ordinal, of: track.place)
            else { break }
            count += segment.ticks > 0 ? 1 : 0
            ticks &+= segment.ticks
            let isLong = ticks >= enoughMs * UInt64(timescale(of: track)) / 1_000
            if count > 0, !mayGrow || count >= enough && isLong { return 0 }
        }
        let lastsMs = UInt64(clamping: UInt128(ticks) * 1_000 / UInt128(timescale(of: track)))
        let missingMs = enoughMs - min(lastsMs, enoughMs)
        return max(enough - min(count, enough), (missingMs + targetMs - 1) / targetMs, 1)
    }

    /// What such a player needs to get going.
    private static let elementLeadMs: UInt64 = 2_000

    /// The time at which a segment begins to be shown, in ticks: later than it is decoded where frames are
    /// reordered.
    func shownAt(_ segment: RenditionSegment) -> UInt64 {
        segment.decodeTime &+ UInt64(max(segment.shownOffset, 0))
    }

    /// On the ring's time line.
    func shownAtMs(_ segment: RenditionSegment, _ track: PackagedTrack) -> Int64 {
        Int64(
            clamping: UInt128(shownAt(segment)) * 1_000 / UInt128(timescale(of: track)))
    }

    /// The wall clock when a segment begins to be shown, in Unix milliseconds. Players align tracks by it.
    func wallMs(of segment: RenditionSegment, _ facts: SegmentFacts, _ track: PackagedTrack)
        -> UInt64
    {
        let (distanceMs, isTooFar) = shownAtMs(segment, track).subtractingReportingOverflow(
            facts.mediaTimeMs)
        guard !isTooFar else { return facts.wallMs }
        let wallMs = Int64(clamping: facts.wallMs).addingReportingOverflow(distanceMs)
        return wallMs.overflow ? facts.wallMs : UInt64(max(wallMs.partialValue, 0))
    }

    // MARK: Names

    func uri(_ content: MediaName.Content, _ track: PackagedTrack) -> String {
        MediaName(epoch: epoch, rendition: track.name, content).text
    }

    func initializationURI(_ track: PackagedTrack) -> String {
        uri(.initialization(version: 0), track)
    }

    /// The URI under which a part is listed, or will be.
    func partURI(_ part: Int, of ordinal: UInt64, _ track: PackagedTrack) -> String {
        let before = ordinal == 0 ? nil : index.segment(ordinal - 1, of: track.place)
        return uri(
            MediaName.listed(
                part: UInt64(part), of: ordinal, partsBefore: before.map { UInt64($0.parts.count) }),
            track)
    }

    // MARK: Bandwidth

    /// Measured from what is listed; nil when nothing was sent yet.
    func bandwidth(of track: PackagedTrack) -> Bandwidth? {
        measured(of: track) { _, segment in segment.byteCount }
    }

    /// The same of the list of key frames.
    func keyFrameBandwidth(of track: PackagedTrack) -> Bandwidth? {
        measured(of: track) { facts, _ in
            index.keyFrameBytes(of: facts.ordinal, rendition: track.place) ?? 0
        }
    }

    private func measured(
        of track: PackagedTrack, _ byteCount: (SegmentFacts, RenditionSegment) -> UInt64
    ) -> Bandwidth? {
        let measures = listed(of: track).filter { !$0.segment.isEmpty }.map {
            Bandwidth.Measure(byteCount: byteCount($0.facts, $0.segment), ticks: $0.segment.ticks)
        }
        return Bandwidth(
            of: measures, timescale: timescale(of: track), targetDurationMs: plan.targetDurationMs
        )?.rounded
    }

    /// Frames a second in thousandths: what the bitstream says, or else the mean of what is listed,
    /// rounded up to whole frames. Nil when there is none.
    func frameRateMilli(of track: PackagedTrack) -> UInt64? {
        if let rate = track.track.frameRate, rate > 0, rate < 1_000 {
            return UInt64((rate * 1_000).rounded())
        }
        var frames: UInt64 = 0
        var ticks: UInt64 = 0
        for (_, segment) in listed(of: track) where !segment.isEmpty {
            frames += UInt64(segment.packed.count)
            ticks &+= segment.ticks
        }
        guard ticks > 0 else { return nil }
        let rate = (frames * UInt64(timescale(of: track)) + ticks / 2) / ticks
        return rate > 0 ? rate * 1_000 : nil
    }
}
