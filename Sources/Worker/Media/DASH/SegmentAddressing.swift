// How a set says which segments there are, and when: each with its time, or all by a nominal duration.
//
// Both go by number, so a segment has one name whatever the profile.

package enum SegmentAddressing: Sendable, Equatable {
    /// Whole segments, oldest first, without holes between their numbers.
    case listed([TimedSegment])
    /// Segments that come in even steps (SegmentPace).
    case regular(RegularSegments)

    /// Inside SegmentTemplate, behind its other attributes.
    func write(to template: inout XMLText, timescale: UInt32) {
        switch self {
        case .listed(let segments): Self.write(segments, to: &template)
        case .regular(let segments): segments.write(to: &template, timescale: timescale)
        }
    }

    private static func write(_ segments: [TimedSegment], to template: inout XMLText) {
        template.attribute("startNumber", segments.first?.number ?? 0)
        template.element("SegmentTimeline") { timeline in
            var index = 0
            var end: UInt64?
            while index < segments.count {
                let first = segments[index]
                var next = index + 1
                while next < segments.count, segments[next].ticks == first.ticks,
                    segments[next].start == segments[next - 1].end
                {
                    next += 1
                }
                timeline.element("S") {
                    if first.start != end { $0.attribute("t", first.start) }
                    $0.attribute("d", first.ticks)
                    if next - index > 1 { $0.attribute("r", UInt64(next - index - 1)) }
                }
                end = segments[next - 1].end
                index = next
            }
        }
    }
}
