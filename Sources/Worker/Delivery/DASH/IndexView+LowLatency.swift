// The manifest of DASH for players of low latency, as a value: segments that come in even steps are asked for
// by their number while they are made, and no list names them.
//
// A period is a stretch of segments of one pace (SegmentPace), which every record tells. Where segments come
// as they like, the period lists them, as the live profile does: players fall back to whole segments, and a
// broadcast that has had low latency once keeps its address.

import Media

extension IndexView {
    /// Whether low latency can be had by DASH.
    enum LowLatency: Equatable {
        case offered
        /// There are too few segments to tell.
        case notYet
        /// Media come too seldom to promise chunks.
        case withoutParts
        /// Key frames do not come in even steps.
        case withoutPace
    }

    var lowLatency: LowLatency {
        guard control != nil else { return .withoutParts }
        guard let newest = index.segments.last else {
            return pasts.last?.index.segments.last?.pace == nil ? .notYet : .offered
        }
        guard newest.pace == nil else { return .offered }
        let knownMs = newest.mediaTimeMs - newest.unbrokenSinceMs
        let enoughMs = Self.telling * Int64(plan.targetDurationMs)
        return index.isFinished || knownMs >= enoughMs ? .withoutPace : .notYet
    }

    /// So many target durations without even steps tell that there are none.
    private static let telling: Int64 = 3

    /// - Parameter createdWallMs: when the ring was made, or the first one whose lists it goes on with, in
    ///   Unix milliseconds. Segments of those rings are listed.
    func lowLatencyManifest(createdWallMs: UInt64) -> MPD {
        let stretches = stretches
        let first = stretches.first?.facts.first?.ordinal ?? 0
        let lists = lists(from: first)
        let former = pasts.map { $0.spanMs(of: $0.lists()) }
        let spans = (former + [spanMs(of: lists)]).compactMap(\.self)
        var mpd = manifest(spans: spans, createdWallMs: createdWallMs) { zeroMs in
            let periods = stretches.map { period($0, lists, zeroMs: zeroMs) }
            return pasts.flatMap { $0.periods(zeroMs: zeroMs) }
                + zip(stretches, periods.indices).compactMap { stretch, place in
                    var period = periods[place]
                    let next = place + 1 < periods.count ? periods[place + 1] : nil
                    period.durationMs = durationMs(
                        of: stretch, period.startMs, until: next?.startMs)
                    return period.sets.isEmpty ? nil : period
                }
        }
        let target = control.map { latency($0, isEven: stretches.last?.pace.stepUs != nil) }
        mpd.latency = index.isFinished ? nil : target
        mpd.publishedMs = max(mpd.publishedMs, index.segments.last?.wallMs ?? 0)
        if let control { mpd.minimumBufferMs = control.partTargetMs }
        return mpd
    }

    // MARK: Periods

    /// Listed segments of one pace, and the one that is being made.
    private struct Stretch {
        let pace: SegmentPace
        /// Oldest first.
        var facts: [SegmentFacts]
        /// What follows does not continue it.
        var isBroken: Bool
    }

    /// Oldest first. Segments of before there was a pace are in none, but for those that showed it.
    private var stretches: [Stretch] {
        var stretches: [Stretch] = []
        var isBroken = false
        for facts in index.segments.reversed() where facts.ordinal >= index.firstListed {
            let shown = stretches.last?.pace
            let isShowing = shown.map { $0.firstOrdinal <= facts.ordinal } ?? false
            guard let pace = facts.pace ?? (isShowing ? shown : nil) else { break }
            if pace != shown {
                stretches.append(Stretch(pace: pace, facts: [], isBroken: isBroken))
            }
            stretches[stretches.count - 1].facts.append(facts)
            isBroken = facts.isDiscontinuity
        }
        for place in stretches.indices { stretches[place].facts.reverse() }
        return stretches.reversed()
    }

    private func period(
        _ stretch: Stretch, _ lists: [(track: PackagedTrack, list: [Listed])], zeroMs: Int64
    ) -> PresentationPeriod {
        let offsetMs = UInt64(max(stretch.pace.startMs, 0))
        let facts = stretch.facts.first
        let (startMs, producerMs) = Self.times(of: facts, offsetMs: offsetMs, zeroMs: zeroMs)
        let ordinals = (facts?.ordinal ?? 0)...(stretch.facts.last?.ordinal ?? 0)
        let sets = lists.compactMap { track, list in
            set(
                track, list.filter { ordinals.contains($0.facts.ordinal) }, in: facts,
                offsetMs: offsetMs, producerMs: producerMs,
                addressing: addressing(of: stretch.pace, track))
        }
        return PresentationPeriod(
            id: "n\(stretch.pace.firstOrdinal)", startMs: startMs, sets: sets)
    }

    /// Nil where each segment is listed: there is no pace, or the broadcast has ended.
    private func addressing(of pace: SegmentPace, _ track: PackagedTrack) -> SegmentAddressing? {
        guard !index.isFinished, let stepUs = pace.stepUs, let control else { return nil }
        let scale = UInt64(timescale(of: track))
        return .regular(
            RegularSegments(
                firstNumber: pace.firstOrdinal, ticks: UInt64(stepUs) * scale / 1_000_000,
                chunkTicks: control.partTargetMs * scale / 1_000))
    }

    /// A period ends where the next one begins. In front of an interruption it says so: numbers of what
    /// comes after that must not be taken for segments of this one.
    private func durationMs(of stretch: Stretch, _ startMs: UInt64, until nextMs: UInt64?)
        -> UInt64?
    {
        guard stretch.isBroken, !index.isFinished, let stepUs = stretch.pace.stepUs,
            let last = stretch.facts.last?.ordinal, let nextMs, nextMs > startMs
        else { return nil }
        let count = UInt128(last - stretch.pace.firstOrdinal + 1)
        let durationMs = UInt64(clamping: count * UInt128(stepUs) / 1_000)
        return durationMs < nextMs - startMs ? durationMs : nil
    }

    // MARK: Latency

    /// Where players are to be. They may fall behind by some segments before they have to jump.
    private func latency(_ control: ServerControl, isEven: Bool) -> LatencyTarget {
        let targetMs =
            isEven
            ? max(3 * control.partTargetMs, Self.leastLatencyMs) : 3 * control.targetDurationMs
        return LatencyTarget(
            referenceID: tracks.all.first?.name.track ?? 0, targetMs: targetMs,
            minimumMs: targetMs / 2, maximumMs: targetMs + 3 * control.targetDurationMs)
    }

    /// Shorter parts do not make it shorter: players and the way to them need some time.
    private static let leastLatencyMs: UInt64 = 1_500
}
