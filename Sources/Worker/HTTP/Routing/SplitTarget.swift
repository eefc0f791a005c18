// A request target cut at its slashes, in one pass and without a copy: where its segments are, where its
// path ends and its query begins, and whether anything in the path is unusual.
//
// Pure. All positions refer to the target's bytes. Nothing is decoded: the meaning of a segment is up to
// its readers.

package struct SplitTarget: Sendable {
    /// How many segments are told apart. The rest of a longer target is one piece, and only a route with
    /// a rest is as long.
    static let mostSegments = 8

    /// The first byte of each segment. Targets are shorter than 64 KiB (see HeaderBlock).
    private var starts = InlineArray<8, UInt16>(repeating: 0)
    /// The number of all segments, including those that are not told apart.
    private(set) var segmentCount = 0
    /// Where the path ends: at a question mark, or with the target.
    let pathEnd: Int
    /// The part after the question mark; empty when there is none.
    package let query: Range<Int>
    /// Whether the path has doubled or trailing slashes, or encoded characters: then the client may have
    /// meant another path. "/" alone is not unusual.
    package let isUnusual: Bool

    init(_ target: Span<UInt8>) {
        var hasEscape = false
        var hasEmptySegment = false
        var index = 0
        while index < target.count, target[index] != UInt8(ascii: "?") {
            if target[index] == UInt8(ascii: "/") {
                if segmentCount > 0, target[index - 1] == UInt8(ascii: "/") {
                    hasEmptySegment = true
                }
                if segmentCount < Self.mostSegments { starts[segmentCount] = UInt16(index + 1) }
                segmentCount += 1
            } else if target[index] == UInt8(ascii: "%") {
                hasEscape = true
            }
            index += 1
        }
        // Only a path begins with a slash; the asterisk, for example, is not a path.
        if index == 0 || target[0] != UInt8(ascii: "/") { segmentCount = 0 }
        pathEnd = index
        query = min(index + 1, target.count)..<target.count
        let endsInSlash = segmentCount > 1 && target[index - 1] == UInt8(ascii: "/")
        isUnusual = segmentCount > 0 && (hasEscape || hasEmptySegment || endsInSlash)
    }

    /// The bytes of one segment, without its slashes. Call only for segments that are told apart.
    func segment(_ number: Int) -> Range<Int> {
        let isLast = number == segmentCount - 1
        // The last one that is told apart may be followed by others.
        let hasNext = !isLast && number + 1 < Self.mostSegments
        return Int(starts[number])..<(hasNext ? Int(starts[number + 1]) - 1 : pathEnd)
    }

    /// The bytes from the beginning of one segment to the end of the path.
    func rest(from number: Int) -> Range<Int> { Int(starts[number])..<pathEnd }
}
