// What a name of media means now: bytes that are there, a part that comes next, or nothing.

import Media

extension IndexView {
    enum Found {
        /// Some parts of a segment, or all of it.
        case there(ordinal: UInt64, parts: Range<Int>?)
        /// The beginning of a segment that is being made.
        case growing(ordinal: UInt64)
        /// It comes next: it is there, or has begun, as soon as the index reaches this.
        case hinted(SegmentPoint)
        case nothing
    }

    /// A part past the last one of its segment is the first part of the next segment. A part without media
    /// is nothing, also when a list has hinted at it.
    ///
    /// - Parameter grows: segments are sent while they are made, and the next one is waited for.
    func find(
        _ content: MediaName.Content, of track: PackagedTrack, grows: Bool = false
    ) -> Found {
        switch content {
        case .initialization: .nothing
        case .segment(let ordinal):
            if let segment = index.segment(ordinal, of: track.place), segment.isComplete,
                segment.ticks > 0
            {
                .there(ordinal: ordinal, parts: nil)
            } else if grows, control != nil {
                growth(of: ordinal, track)
            } else {
                .nothing
            }
        case .part(let part, let ordinal): find(part: part, of: ordinal, track)
        }
    }

    /// Players know when a segment is to come, and may be a little early.
    private func growth(of ordinal: UInt64, _ track: PackagedTrack) -> Found {
        guard ordinal >= next(of: track), let newest = index.segments.last?.ordinal else {
            return .nothing
        }
        guard let segment = index.segment(ordinal, of: track.place) else {
            let isNext = ordinal == newest + 1
            return isNext ? .hinted(.growth(of: ordinal, part: 0)) : .nothing
        }
        let hasBegun = segment.parts.contains { !$0.isGap }
        return hasBegun
            ? .growing(ordinal: ordinal)
            : .hinted(.growth(of: ordinal, part: segment.parts.count))
    }

    private func find(part: UInt64, of ordinal: UInt64, _ track: PackagedTrack) -> Found {
        guard control != nil, let part = Int(exactly: part) else { return .nothing }
        let next = next(of: track)
        let segment = index.segment(ordinal, of: track.place)
        let count = segment?.parts.count ?? 0
        if let segment, part < count {
            return segment.parts[part].isGap
                ? .nothing : .there(ordinal: ordinal, parts: part..<part + 1)
        }
        guard part == count else { return .nothing }
        let point = SegmentPoint(ordinal: ordinal, part: part)
        // The one that comes next in the segment that is being made.
        if ordinal == next { return .hinted(point) }
        guard ordinal < next, segment != nil else { return .nothing }
        if let first = index.segment(ordinal + 1, of: track.place)?.parts.first {
            return first.isGap ? .nothing : .there(ordinal: ordinal + 1, parts: 0..<1)
        }
        return ordinal + 1 == next ? .hinted(point) : .nothing
    }
}
