// What lists and requests for media ask an index.

import Media
import SegmentRing

/// Something that a list may have: a whole segment, or everything up to one of its parts.
package struct SegmentPoint: Hashable, Sendable {
    package let ordinal: UInt64
    /// From 0; nil: all of the segment.
    package let part: Int?
    /// The end of the segment is as good as the part.
    let isGrowth: Bool
    /// Who waits has been sent what comes before, and so goes on while the worker drains.
    let isBegun: Bool

    package init(ordinal: UInt64, part: Int? = nil) {
        self.init(ordinal: ordinal, part: part, isGrowth: false, isBegun: false)
    }

    private init(ordinal: UInt64, part: Int?, isGrowth: Bool, isBegun: Bool) {
        self.ordinal = ordinal
        self.part = part
        self.isGrowth = isGrowth
        self.isBegun = isBegun
    }

    /// What comes next of a segment: this part, or its end.
    static func growth(of ordinal: UInt64, part: Int, isBegun: Bool = false) -> SegmentPoint {
        SegmentPoint(ordinal: ordinal, part: part, isGrowth: true, isBegun: isBegun)
    }
}

extension SegmentIndex {
    /// Reads what is new, about so much.
    package mutating func advance(
        in ring: Ring, through scratch: inout [UInt8], mostBytes: Int
    ) -> Bool {
        var leftBytes = mostBytes
        return advance(in: ring, through: &scratch, leftBytes: &leftBytes)
    }

    /// What a track has of a segment; nil when that is not known, or no longer.
    package func segment(_ ordinal: UInt64, of rendition: Int) -> RenditionSegment? {
        guard renditions.indices.contains(rendition), let place = place(of: ordinal) else {
            return nil
        }
        return renditions[rendition].segments[place]
    }

    /// What all tracks have in common of a segment.
    package func facts(of ordinal: UInt64) -> SegmentFacts? {
        place(of: ordinal).map { segments[$0] }
    }

    private func place(of ordinal: UInt64) -> Int? {
        guard let first = segments.first?.ordinal, ordinal >= first,
            ordinal - first < UInt64(segments.count)
        else { return nil }
        return Int(ordinal - first)
    }

    /// Of the newest segment that has media.
    var newestFacts: SegmentFacts? { hasMedia ? segments.last : segments.dropLast().last }

    /// The set-up of pictures that has been in force since a segment; nil when none that is known has it.
    func setUp(since ordinal: UInt64) -> PictureSetUp? {
        let known = hasMedia ? segments[...] : segments.dropLast()
        return known.last { $0.setUp?.since == ordinal }?.setUp?.picture
    }

    /// Ticks a second of a track; nil as long as there is no segment.
    package func timescale(of rendition: Int) -> UInt32? {
        renditions.indices.contains(rendition) ? renditions[rendition].timescale : nil
    }

    /// Changes whenever a list of the track would. The same number means the same list, in this index.
    package func version(of rendition: Int) -> UInt64 {
        renditions.indices.contains(rendition) ? renditions[rendition].changes : 0
    }

    /// What the index takes, mostly.
    var sampleCount: Int {
        renditions.reduce(0) { $0 + $1.segments.reduce(0) { $0 + $1.storedCount } }
    }

    /// The newest segment of which a track has everything; nil when there is none.
    package func newestComplete(of rendition: Int) -> UInt64? {
        guard renditions.indices.contains(rendition) else { return nil }
        let place = renditions[rendition].segments.lastIndex { $0.isComplete }
        return place.map { segments[$0].ordinal }
    }

    /// Whether a list of the track has this, or something later. A part past the last one of its segment
    /// is the first one of the next.
    package func reaches(_ point: SegmentPoint, of rendition: Int) -> Bool {
        guard let first = segments.first else { return false }
        guard point.ordinal >= first.ordinal else { return true }
        guard let segment = segment(point.ordinal, of: rendition) else { return false }
        guard let part = point.part else { return segment.isComplete }
        if part < segment.parts.count { return true }
        if point.isGrowth { return segment.isComplete }
        guard segment.isComplete, let next = self.segment(point.ordinal + 1, of: rendition) else {
            return false
        }
        return next.isComplete || !next.parts.isEmpty
    }
}
