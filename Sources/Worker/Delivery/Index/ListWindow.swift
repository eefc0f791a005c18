// Which segments a list names: fewer than the ring holds, so that what was named can be fetched for as long
// as the rules say. A segment must stay for about its own length after it has left the list; older players
// rely on twice the length of the list (RFC 8216, section 6.2.2). So a list takes half of the ring; where
// that is less than six segments, up to five eighths. What was listed stays for an eighth of the ring more,
// if no segment is larger than a quarter of it: the segment that is being written has to fit in between. Of
// very short segments, a list has no more than a bound.
//
// Pure, and only from the places of records: every worker lists the same. The first segment listed never
// goes back, because each of the bounds only goes forward.

import Settings

struct ListWindow {
    let dataBytes: UInt64
    let entries: UInt64

    /// Shorter lists upset players (HLS authoring specification, section 8.11).
    private static let fewSegments = 6
    private static let usualEighths: UInt64 = 4
    private static let greatestEighths: UInt64 = 5

    /// The index of the first segment that is listed, of segments of which the last one has just begun.
    func first(of segments: [SegmentFacts]) -> Int {
        guard let last = segments.last else { return 0 }
        let usual = segments.firstIndex { spans(from: $0, to: last, Self.usualEighths) }
        let greatest = segments.firstIndex { spans(from: $0, to: last, Self.greatestEighths) }
        let few = max(greatest ?? 0, segments.count - 1 - Self.fewSegments)
        let most = segments.count - Limits.segmentsPerList
        return max(min(usual ?? segments.count - 1, few), most)
    }

    /// Whether from one record to another it is at most so many eighths of the ring. What a damaged ring
    /// claims may wrap around; then it is not.
    private func spans(from first: SegmentFacts, to last: SegmentFacts, _ eighths: UInt64) -> Bool {
        last.position &- first.position <= dataBytes / 8 * eighths
            && last.sequence &- first.sequence <= entries / 8 * eighths
    }
}
