// Segments and parts as bytes of MP4. A segment is its parts, one after the other, so it has the same
// bytes as they have, and can be sent while it grows.
//
// Equal in every worker: nothing but the index and the tracks goes into them.

import Media
import SegmentRing

extension SegmentIndex {
    /// The bytes of some parts of a segment, or of all of it; nil when they are not all there yet, or no
    /// longer. Then a copy may still fail, if the writer is close.
    package func body(
        of ordinal: UInt64, rendition: Int, parts: Range<Int>? = nil, from ring: Ring
    ) -> SegmentBody? {
        guard let facts = facts(of: ordinal), let segment = segment(ordinal, of: rendition),
            parts != nil || segment.isComplete
        else { return nil }
        let places = parts ?? segment.parts.indices
        guard !places.isEmpty, places.lowerBound >= 0, places.upperBound <= segment.parts.count
        else { return nil }
        let chunks = places.compactMap { place in
            fragment(place, of: segment, facts, rendition: rendition).map {
                SegmentBody.Chunk(header: $0.header, part: segment.parts[place])
            }
        }
        guard chunks.count == places.count else { return nil }
        return SegmentBody(of: chunks, in: segment, from: ring)
    }

    /// From the beginning of a segment to the end of its first sample, if decoding can start with that;
    /// otherwise nil.
    package func keyFrameBytes(of ordinal: UInt64, rendition: Int) -> UInt64? {
        guard let segment = segment(ordinal, of: rendition), let part = segment.parts.first,
            let first = segment.packed.first, first.isSync
        else { return nil }
        return UInt64(part.headerBytes) + UInt64(first.byteCount)
    }

    private func fragment(
        _ place: Int, of segment: RenditionSegment, _ facts: SegmentFacts, rendition: Int
    ) -> MP4Fragment? {
        let scale = UInt64(timescale(of: rendition) ?? 0)
        // In 128 bits nothing that a ring may claim overflows.
        let time = UInt128(UInt64(max(facts.mediaTimeMs, 0))) * UInt128(scale) / 1_000
        let reference = ProducerReferenceTime(
            wallMs: facts.wallMs, mediaTime: UInt64(truncatingIfNeeded: time))
        return segment.fragment(
            of: segment.parts[place].samples,
            trackID: MP4Track.onlyID,
            number: Self.fragmentNumber(facts.ordinal, place), reference: reference)
    }

    /// Grows from one fragment to the next: segments have fewer parts than this leaves room for.
    private static func fragmentNumber(_ ordinal: UInt64, _ place: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: ordinal << 8) | UInt32(truncatingIfNeeded: min(place, 255))
    }
}
