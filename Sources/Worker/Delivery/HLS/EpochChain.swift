// Which segments of rings that a stream has had before its lists go on with, and which rings these are: the ones
// whose numbers lead up to those of the ring that has the name now.
//
// The window (ListWindow) is the one of a single ring that had all of their media, so lists grow and shrink
// as if nothing had happened; but of former rings no more is listed than a bound (Limits.pastMediaListedMs).
//
// Pure: it follows from the records alone, so every worker lists the same.

import Media
import SegmentRing
import Settings

/// A former ring, or the present one, as far as lists depend on it.
struct Epoch {
    let number: UInt64
    let index: SegmentIndex
    let tracks: PackagedTracks
    /// Where the ring ends: the next entry, byte and millisecond. Of the present one nobody asks.
    var end: (sequence: UInt64, position: UInt64, mediaMs: Int64) = (0, 0, 0)
    /// Its broadcast was not over when the next ring came.
    var goesOn = true
}

extension Epoch {
    init(_ past: PastIndex) {
        let newest = past.opened.ring.newestEntry
        self.init(
            number: past.epoch, index: past.index, tracks: past.tracks,
            end: (
                past.opened.ring.entryHead,
                newest.map { $0.position + UInt64($0.length) } ?? 0,
                past.opened.ring.timelineEndMs
            ), goesOn: past.opened.past.goesOn)
    }
}

enum EpochChain {
    /// What the lists of a ring begin with.
    ///
    /// - Parameters:
    ///   - pasts: former rings, the newest first.
    ///   - firstOrdinal: the number that the present ring begins with.
    /// - Returns: the oldest first, each with at least one segment that is listed.
    static func views(
        of pasts: [Epoch], before present: SegmentIndex, firstOrdinal: UInt64,
        geometry: RingGeometry
    ) -> [IndexView] {
        let chain = chain(of: pasts, before: present, firstOrdinal: firstOrdinal)
        guard !chain.isEmpty else { return [] }
        var facts = present.segments
        var bytes: UInt64 = 0
        var sequences: UInt64 = 0
        for epoch in chain {
            bytes &+= epoch.end.position
            sequences &+= epoch.end.sequence
            facts =
                epoch.index.segments.map { $0.moved(back: sequences, bytes: bytes) } + facts
        }
        let window = ListWindow(
            dataBytes: UInt64(geometry.dataBytes), entries: UInt64(geometry.entries))
        let first = facts[window.first(of: facts)].ordinal
        var laterMs = span(of: present, endMs: present.segments.last?.mediaTimeMs)
        var views: [IndexView] = []
        for epoch in chain {
            let leftMs = Int64(Limits.pastMediaListedMs) - laterMs
            let recent = epoch.index.segments.first {
                epoch.end.mediaMs.subtractingReportingOverflow($0.mediaTimeMs).partialValue
                    <= leftMs
            }
            laterMs += span(of: epoch.index, endMs: epoch.end.mediaMs)
            guard leftMs > 0, let recent, let last = epoch.index.segments.last,
                let view = IndexView(
                    epoch.index, epoch: epoch.number, tracks: epoch.tracks,
                    firstListed: max(first, recent.ordinal, epoch.index.firstListed),
                    hasEnded: present.isFinished)
            else { break }
            guard view.firstListed <= last.ordinal else { break }
            views.insert(view, at: 0)
            // What is not listed of this one has nothing before it.
            guard view.firstListed == epoch.index.segments.first?.ordinal else { break }
        }
        return views
    }

    /// Those whose numbers lead up to the present ones without a hole, the newest first.
    private static func chain(
        of pasts: [Epoch], before present: SegmentIndex, firstOrdinal: UInt64
    ) -> [Epoch] {
        var next = present.segments.first?.ordinal ?? firstOrdinal
        var plan = present.plan
        var chain: [Epoch] = []
        for epoch in pasts {
            guard epoch.goesOn else { break }
            // It had no segments, so it has the same numbers as the one after it.
            guard let last = epoch.index.segments.last else { continue }
            guard last.ordinal + 1 == next, plan == nil || plan == epoch.index.plan else { break }
            chain.append(epoch)
            next = epoch.index.segments[0].ordinal
            plan = epoch.index.plan
        }
        return chain
    }

    /// How much media an index knows, up to an end on its ring's time line. What a damaged ring claims may
    /// wrap around.
    private static func span(of index: SegmentIndex, endMs: Int64?) -> Int64 {
        guard let first = index.segments.first, let endMs else { return 0 }
        let (span, isTooLong) = endMs.subtractingReportingOverflow(first.mediaTimeMs)
        return isTooLong ? .max / 4 : min(max(span, 0), .max / 4)
    }
}
