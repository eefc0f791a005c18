// The manifest of DASH as a value, from what an index says: the live profile, in which every segment is listed
// with its time.
//
// A period is a stretch without a discontinuity. It begins where the stretch began, as every record says, and
// stays there when segments and other periods leave the list. In a recording, it begins with its first media.
// Periods of rings that the stream has had before come first.

import Media

extension IndexView {
    typealias Listed = (facts: SegmentFacts, segment: RenditionSegment)

    /// - Parameter createdWallMs: when the ring was made, or the first one whose lists it goes on with, in
    ///   Unix milliseconds.
    func manifest(createdWallMs: UInt64) -> MPD {
        let all = pasts + [self]
        let spans = all.compactMap { $0.spanMs(of: $0.lists()) }
        var mpd = manifest(spans: spans, createdWallMs: createdWallMs) { zeroMs in
            all.flatMap { $0.periods(zeroMs: zeroMs) }
        }
        // As far as HLS without low latency (HOLD-BACK): less makes some players wait for each segment.
        mpd.suggestedDelayMs = 3 * UInt64(plan.targetDurationMs)
        // What is listed stays there while a publisher is away, and players must not count it as gone.
        if !hasEnded { mpd.timeShiftMs += Self.longestPauseMs }
        return mpd
    }

    /// All that is listed of this ring.
    func periods(zeroMs: Int64) -> [PresentationPeriod] {
        let lists = lists()
        let discontinuities = Set(lists.flatMap { $0.list.map(\.facts.discontinuityOrdinal) })
        return discontinuities.sorted().map { ordinal in
            period(
                lists.map {
                    ($0.track, $0.list.filter { $0.facts.discontinuityOrdinal == ordinal })
                }, ordinal, zeroMs: zeroMs)
        }
    }

    /// What a manifest says of each track, from a segment on.
    func lists(from ordinal: UInt64 = 0) -> [(track: PackagedTrack, list: [Listed])] {
        tracks.all.map { track in
            let list = listed(of: track).drop { $0.facts.ordinal < ordinal }
            // Nothing can be said of a gap, so a track begins with its first media.
            return (track, Array(list.drop { $0.segment.isEmpty }))
        }
    }

    /// From the first to the last of it on the wall clock, in Unix milliseconds; nil: there is nothing.
    func spanMs(
        of lists: [(track: PackagedTrack, list: [Listed])]
    ) -> (start: Int64, end: Int64)? {
        let starts = lists.compactMap { wallMs(of: $0.list.first, $0.track)?.start }
        let ends = lists.compactMap { wallMs(of: $0.list.last, $0.track)?.end }
        guard let start = starts.min(), let end = ends.max() else { return nil }
        return (start, end)
    }

    /// - Parameter spans: of all that it lists.
    func manifest(
        spans: [(start: Int64, end: Int64)], createdWallMs: UInt64,
        periods: (_ zeroMs: Int64) -> [PresentationPeriod]
    ) -> MPD {
        let beginMs = spans.map(\.start).min() ?? 0
        let endMs = spans.map(\.end).max() ?? 0
        // A recording begins at 0; media of a live one may be older than its ring.
        let zeroMs =
            hasEnded ? beginMs : max(Int64(clamping: createdWallMs) - Self.headStartMs, 0)
        let (distanceMs, isTooLong) = endMs.subtractingReportingOverflow(beginMs)
        let lengthMs = isTooLong ? 0 : UInt64(max(distanceMs, 0))
        return MPD(
            availabilityStartMs: UInt64(max(zeroMs, 0)), publishedMs: UInt64(max(endMs, 0)),
            updatePeriodMs: max(UInt64(plan.targetDurationMs) / 2, 1_000),
            timeShiftMs: lengthMs, longestSegmentMs: UInt64(plan.targetDurationMs),
            minimumBufferMs: UInt64(plan.targetDurationMs), clock: .iso(at: Self.clockAddress),
            latency: nil, periods: periods(zeroMs), endedAfterMs: hasEnded ? lengthMs : nil)
    }

    /// Of the route that tells the time, from a manifest.
    private static let clockAddress = "../../api/time"
    /// A broadcast that is away for longer has ended, or its viewers have given up.
    private static let longestPauseMs: UInt64 = 60_000
    /// How much older than its ring the media of a broadcast that has just begun may be.
    private static let headStartMs: Int64 = 3_600_000

    /// For how long it is shown: until the next one is. The one that is being made, or was the last, is shown
    /// for as long as its samples last.
    private func shownTicks(_ listed: Listed, _ track: PackagedTrack) -> UInt64 {
        let (facts, segment) = listed
        guard let next = index.facts(of: facts.ordinal + 1), !next.isDiscontinuity,
            let following = index.segment(next.ordinal, of: track.place),
            shownAt(following) > shownAt(segment)
        else { return segment.ticks }
        return shownAt(following) - shownAt(segment)
    }

    /// When a segment begins and ends on the wall clock, in Unix milliseconds.
    func wallMs(
        of listed: Listed?, _ track: PackagedTrack
    ) -> (start: Int64, end: Int64)? {
        guard let (facts, segment) = listed else { return nil }
        let wallMs = Int64(clamping: facts.wallMs) - facts.mediaTimeMs
        let (startMs, isTooLate) = wallMs.addingReportingOverflow(shownAtMs(segment, track))
        let ticks = UInt128(shownTicks((facts, segment), track))
        let (endMs, isEndTooLate) = startMs.addingReportingOverflow(
            Int64(clamping: ticks * 1_000 / UInt128(timescale(of: track))))
        return isTooLate || isEndTooLate ? nil : (startMs, endMs)
    }

    private func period(
        _ lists: [(PackagedTrack, [Listed])], _ ordinal: UInt64, zeroMs: Int64
    ) -> PresentationPeriod {
        let facts = lists.compactMap { $0.1.first?.facts }.min { $0.ordinal < $1.ordinal }
        let firstMs = lists.compactMap { track, list in
            list.first.map { shownAtMs($0.segment, track) }
        }.min()
        let beginMs = hasEnded ? firstMs : facts?.unbrokenSinceMs
        let offsetMs = UInt64(max(beginMs ?? 0, 0))
        let (startMs, producerMs) = Self.times(of: facts, offsetMs: offsetMs, zeroMs: zeroMs)
        let sets = lists.compactMap { track, list in
            set(
                track, list, in: list.first?.facts, offsetMs: offsetMs, producerMs: producerMs)
        }
        return PresentationPeriod(id: "p\(ordinal)", startMs: startMs, sets: sets)
    }

    /// When a period begins in the presentation, and on the wall clock in Unix milliseconds.
    ///
    /// - Parameters:
    ///   - facts: of its first segment.
    ///   - offsetMs: where it begins on the ring's time line.
    static func times(
        of facts: SegmentFacts?, offsetMs: UInt64, zeroMs: Int64
    ) -> (startMs: UInt64, producerMs: UInt64) {
        let wallMs = Int64(clamping: facts?.wallMs ?? 0) - (facts?.mediaTimeMs ?? 0)
        let (producerMs, isTooLate) = wallMs.addingReportingOverflow(Int64(clamping: offsetMs))
        let (startMs, isTooEarly) = producerMs.subtractingReportingOverflow(zeroMs)
        return (
            isTooLate || isTooEarly ? 0 : UInt64(max(startMs, 0)), UInt64(max(producerMs, 0))
        )
    }

    /// - Parameter addressing: how its segments are found; nil: each is listed.
    func set(
        _ track: PackagedTrack, _ list: [Listed], in facts: SegmentFacts?, offsetMs: UInt64,
        producerMs: UInt64, addressing: SegmentAddressing? = nil
    ) -> AdaptationSet? {
        let scale = timescale(of: track)
        // A change of the set-up begins another period.
        let made = self.track(track, in: facts)
        guard !list.isEmpty || addressing != nil, let form = form(of: track, made, facts) else {
            return nil
        }
        let segments = list.map {
            TimedSegment(
                number: $0.facts.ordinal, start: shownAt($0.segment),
                ticks: shownTicks($0, track))
        }
        return AdaptationSet(
            rendition: track.name, form: form, codec: made.codecString,
            bandwidth: bandwidth(of: track)
                ?? (track.isSound ? Self.unmeasuredSound : Self.unmeasuredPicture),
            language: track.media.language, label: track.media.title,
            isDefault: isMain(track), timescale: scale,
            timeOffset: UInt64(clamping: UInt128(offsetMs) * UInt128(scale) / 1_000),
            producerMs: producerMs,
            initializationTemplate: MediaName.initializationTemplate(
                epoch: epoch, version: initVersion(track, facts)),
            segmentTemplate: MediaName.segmentTemplate(epoch: epoch),
            segments: addressing ?? .listed(segments))
    }

    /// The one of its kind that players begin with.
    private func isMain(_ track: PackagedTrack) -> Bool {
        let alike = tracks.all.filter { $0.isSound == track.isSound }
        return (alike.first { $0.media.isDefault } ?? alike.first)?.name == track.name
    }

    private func form(
        of track: PackagedTrack, _ made: MP4Track, _ facts: SegmentFacts?
    ) -> AdaptationSet.Form? {
        guard track.isSound else {
            return made.shownSize.map {
                .picture(
                    width: $0.width, height: $0.height,
                    frameRateMilli: frameRateMilli(of: track, in: facts))
            }
        }
        return .sound(
            sampleRateHz: Int(track.track.timescale), channels: track.track.channels ?? 2)
    }
}
