// Segments and parts as bytes of MP4. A segment is its parts, one after the other, so it has the same
// bytes as they have, and can be sent while it grows.
//
// Equal in every worker: nothing but the index and the tracks goes into them.

import Media
import Streams

extension SegmentIndex {
    /// The bytes of some parts of a segment, or of all of it; nil when they are not all there yet, or no
    /// longer, or when parts have none. A copy may still fail, if the writer is close.
    package func body(
        of ordinal: UInt64, rendition: Int, parts: Range<Int>? = nil, from hold: RingHold
    ) -> SegmentBody? {
        guard let facts = facts(of: ordinal), let segment = segment(ordinal, of: rendition),
            let timescale = timescale(of: rendition), parts != nil || segment.isComplete
        else { return nil }
        let fragments = SegmentFragments(segment, facts, timescale: timescale)
        if parts == nil, segment.isEmpty {
            return segment.ticks > 0 ? SegmentBody(ofNothingIn: fragments, from: hold) : nil
        }
        let places = parts ?? segment.parts.indices
        guard places.lowerBound >= 0, places.upperBound <= segment.parts.count,
            segment.parts[places].allSatisfy({ $0.isGap || $0.headerBytes > 0 }),
            segment.parts[places].contains(where: { !$0.isGap })
        else { return nil }
        return SegmentBody(of: places, in: fragments, from: hold)
    }

    /// From the beginning of a segment to the end of its first sample, if decoding can start with that;
    /// otherwise nil.
    package func keyFrameBytes(of ordinal: UInt64, rendition: Int) -> UInt64? {
        guard let segment = segment(ordinal, of: rendition),
            let part = segment.parts.first(where: { !$0.isGap }),
            let first = segment.packed.first, first.isSync
        else { return nil }
        return UInt64(part.headerBytes) + UInt64(first.byteCount)
    }
}

/// A segment that knows how its parts begin as fragments of MP4.
struct SegmentFragments {
    let segment: RenditionSegment
    private let ordinal: UInt64
    private let reference: ProducerReferenceTime

    init(_ segment: RenditionSegment, _ facts: SegmentFacts, timescale: UInt32) {
        self.segment = segment
        ordinal = facts.ordinal
        // In 128 bits nothing that a ring may claim overflows.
        let time = UInt128(UInt64(max(facts.mediaTimeMs, 0))) * UInt128(timescale) / 1_000
        reference = ProducerReferenceTime(
            wallMs: facts.wallMs, mediaTime: UInt64(truncatingIfNeeded: time))
    }

    /// What comes before the samples of a part; nil when it has no media.
    func header(of place: Int) -> [UInt8]? {
        segment.fragment(
            of: segment.parts[place], trackID: MP4Track.onlyID,
            number: Self.fragmentNumber(ordinal, place), reference: reference)?.header
    }

    /// The whole segment, in which a track has nothing.
    var ofNothing: [UInt8] {
        MP4Fragment.withoutSamples(
            trackID: MP4Track.onlyID, sequenceNumber: Self.fragmentNumber(ordinal, 0),
            decodeTime: segment.decodeTime, ticks: segment.ticks)
    }

    /// Grows from one fragment to the next: segments have fewer parts than this leaves room for.
    private static func fragmentNumber(_ ordinal: UInt64, _ place: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: ordinal << 8) | UInt32(truncatingIfNeeded: min(place, 255))
    }

    /// How much memory it takes, with the longest of the headers of some parts.
    func heldBytes(with places: Range<Int>) -> Int {
        let header = segment.parts[places].reduce(0) { max($0, Int($1.headerBytes)) }
        return segment.packed.count * MemoryLayout<PackedSample>.stride
            + segment.parts.count * MemoryLayout<IndexedPart>.stride + segment.made.count + header
    }
}
