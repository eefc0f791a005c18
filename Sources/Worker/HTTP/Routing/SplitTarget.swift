// A request target cut at its slashes, in one pass and without a copy: where its segments lie, where its
// path ends and its query begins, and whether anything in the path is unusual.
//
// Pure. All positions are those of the target's bytes. Nothing is decoded: what a segment means is for
// those who read it.

package struct SplitTarget: Sendable {
    /// How many segments are told apart. A target with more of them has the rest in one piece, and no
    /// route but one for a rest is as long.
    static let mostSegments = 8

    /// The first byte of each segment. Targets are shorter than 64 KiB (see HeaderBlock).
    private var starts = InlineArray<8, UInt16>(repeating: 0)
    /// All of them, those that are not told apart included.
    private(set) var segmentCount = 0
    /// Where the path ends: at a question mark, or with the target.
    let pathEnd: Int
    /// What follows the question mark; empty when there is none.
    package let query: Range<Int>
    /// Whether the path has doubled or trailing slashes, or anything encoded in it: then it may not be
    /// what was meant. "/" alone is as it should be.
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
        // Only a path begins with a slash; the asterisk, for one, is none.
        if index == 0 || target[0] != UInt8(ascii: "/") { segmentCount = 0 }
        pathEnd = index
        query = min(index + 1, target.count)..<target.count
        let endsInSlash = segmentCount > 1 && target[index - 1] == UInt8(ascii: "/")
        isUnusual = segmentCount > 0 && (hasEscape || hasEmptySegment || endsInSlash)
    }

    /// The bytes of one segment, without its slashes. To be asked for those that are told apart.
    func segment(_ number: Int) -> Range<Int> {
        let isLast = number == segmentCount - 1
        // The last one that is told apart may be followed by others.
        let hasNext = !isLast && number + 1 < Self.mostSegments
        return Int(starts[number])..<(hasNext ? Int(starts[number + 1]) - 1 : pathEnd)
    }

    /// The bytes from the beginning of one segment to the end of the path.
    func rest(from number: Int) -> Range<Int> { Int(starts[number])..<pathEnd }
}
