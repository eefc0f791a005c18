// What a name of media means now: bytes that are there, a part that comes next, or nothing.

import Media

extension IndexView {
    enum Found {
        /// Some parts of a segment, or all of it.
        case there(ordinal: UInt64, parts: Range<Int>?)
        /// A list hints at it: it is there as soon as the index reaches this.
        case hinted(SegmentPoint)
        case nothing
    }

    /// A part past the last one of its segment is the first part of the next segment. A part without media
    /// is nothing, also when a list has hinted at it.
    func find(_ content: MediaName.Content, of track: PackagedTrack) -> Found {
        switch content {
        case .initialization: .nothing
        case .segment(let ordinal):
            if let segment = index.segment(ordinal, of: track.place), segment.isComplete,
                segment.ticks > 0
            {
                .there(ordinal: ordinal, parts: nil)
            } else {
                .nothing
            }
        case .part(let part, let ordinal): find(part: part, of: ordinal, track)
        }
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
