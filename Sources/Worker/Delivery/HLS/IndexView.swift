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
    /// The first segment that lists name.
    let firstListed: UInt64
    /// Nothing comes any more, in this ring or another one that goes on with its lists.
    let hasEnded: Bool
    /// Of rings that the stream has had before: what its lists begin with, the oldest first.
    let pasts: [IndexView]
    /// The number of the first segment when there is none yet.
    private let comingOrdinal: UInt64

    /// Nil as long as there is no segment.
    ///
    /// - Parameters:
    ///   - firstListed: if that is not what the index says, as of a former ring.
    ///   - comingOrdinal: the number that the ring begins with.
    init?(
        _ index: SegmentIndex, epoch: UInt64, tracks: PackagedTracks, firstListed: UInt64? = nil,
        hasEnded: Bool? = nil, pasts: [IndexView] = [], comingOrdinal: UInt64 = 0
    ) {
        let ownPlan = index.segments.isEmpty ? nil : index.plan
        guard let plan = ownPlan ?? pasts.last?.plan else { return nil }
        self.index = index
        self.epoch = epoch
        self.tracks = tracks
        self.plan = plan
        self.firstListed = firstListed ?? index.firstListed
        self.hasEnded = hasEnded ?? index.isFinished
        self.pasts = pasts
        self.comingOrdinal = comingOrdinal
    }

    /// Of former rings that have a track of that name: what its list begins with, the oldest first.
    func pasts(with name: RenditionName) -> ArraySlice<IndexView> {
        let first = pasts.lastIndex { $0.tracks.track(name) == nil }.map { $0 + 1 } ?? 0
        return pasts[first...]
    }

    /// What the track that had this name has of the segment before this ring's first one.
    private func pastSegment(_ ordinal: UInt64, of track: PackagedTrack) -> RenditionSegment? {
        guard let past = pasts.last, let place = past.tracks.track(track.name)?.place else {
            return nil
        }
        return past.index.segment(ordinal, of: place)
    }

    /// Nil when the stream offers no low latency.
    var control: ServerControl? {
        plan.partTargetMs.map {
            ServerControl(targetDurationMs: plan.targetDurationMs, partTargetMs: $0)
        }
    }

    func timescale(of track: PackagedTrack) -> UInt32 {
        index.timescale(of: track.place) ?? track.track.timescale
    }

    // MARK: Segments

    /// The ordinal of the segment of a track that is being made, or comes next. All before it are whole.
    func next(of track: PackagedTrack) -> UInt64 {
        index.newestComplete(of: track.place).map { $0 + 1 } ?? index.segments.first?.ordinal
            ?? comingOrdinal
    }

    /// The last whole segment of a track.
    func last(of track: PackagedTrack) -> RenditionSegment? {
        let next = next(of: track)
        guard next > 0 else { return nil }
        return index.segment(next - 1, of: track.place) ?? pastSegment(next - 1, of: track)
    }

    /// Whole segments of a track that lists name, oldest first; without those of former rings.
    func listed(of track: PackagedTrack) -> [(facts: SegmentFacts, segment: RenditionSegment)] {
        let next = next(of: track)
        return index.segments.compactMap { facts in
            guard facts.ordinal >= firstListed, facts.ordinal < next,
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
    /// - Parameters:
    ///   - isForElement: the player is the browser's own. Chromium's begins a target duration behind
    ///   the first segment, and gives up if nothing is there yet.
    ///   - isOfThisRing: segments of former rings do not count.
    func missingSegments(
        of track: PackagedTrack, isForElement: Bool, isOfThisRing: Bool = false
    ) -> UInt64 {
        let mayGrow = !hasEnded && firstListed == index.segments.first?.ordinal ?? firstListed
        let enough: UInt64 = control == nil ? 2 : 1
        let targetMs = UInt64(plan.targetDurationMs)
        let enoughMs = isForElement ? targetMs + Self.elementLeadMs : 0
        let next = next(of: track)
        var count: UInt64 = 0
        var ticks: UInt64 = 0
        // From the newest one back: this is asked for every request.
        for facts in index.segments.reversed() where facts.ordinal < next {
            guard facts.ordinal >= firstListed,
                let segment = index.segment(facts.ordinal, of: track.place)
            else { break }
            count += segment.ticks > 0 ? 1 : 0
            ticks &+= segment.ticks
            let isLong = ticks >= enoughMs * UInt64(timescale(of: track)) / 1_000
            if count > 0, !mayGrow || count >= enough && isLong { return 0 }
        }
        var lastsMs = UInt64(clamping: UInt128(ticks) * 1_000 / UInt128(timescale(of: track)))
        if !isOfThisRing, !pasts.isEmpty {
            for former in formerSegments(of: track) {
                count += 1
                lastsMs = lastsMs.addingReportingOverflow(former.lastsMs).partialValue
            }
            if count > 0, !mayGrow || count >= enough && lastsMs >= enoughMs { return 0 }
        }
        let missingMs = enoughMs - min(lastsMs, enoughMs)
        return max(enough - min(count, enough), (missingMs + targetMs - 1) / targetMs, 1)
    }

    private func formerSegments(of track: PackagedTrack) -> [(ordinal: UInt64, lastsMs: UInt64)] {
        pasts(with: track.name).flatMap { past -> [(ordinal: UInt64, lastsMs: UInt64)] in
            guard let track = past.tracks.track(track.name) else { return [] }
            let scale = UInt128(past.timescale(of: track))
            return past.listed(of: track).map {
                (
                    $0.facts.ordinal,
                    UInt64(clamping: UInt128($0.segment.ticks) * 1_000 / scale)
                )
            }
        }
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

    /// Of the init that a segment needs; 0 is that of the header.
    func initVersion(_ track: PackagedTrack, _ facts: SegmentFacts?) -> UInt64 {
        track.isSound ? 0 : facts?.setUp?.since ?? 0
    }

    func initializationURI(_ track: PackagedTrack, _ facts: SegmentFacts?) -> String {
        uri(.initialization(version: initVersion(track, facts)), track)
    }

    /// A track as it is in a segment.
    func track(_ track: PackagedTrack, in facts: SegmentFacts?) -> MP4Track {
        track.with(facts?.setUp?.picture) ?? track.track
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
    func frameRateMilli(of track: PackagedTrack, in facts: SegmentFacts?) -> UInt64? {
        if let rate = self.track(track, in: facts).frameRate, rate > 0, rate < 1_000 {
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
