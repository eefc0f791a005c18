// The pattern of a route's paths, as rooms write it: "/api/streams/{name}",
// "/assets/{version}/{path...}".
//
// Patterns are ours, so a wrong one is a bug and traps when the table is made.

/// One part of a pattern.
enum PatternSegment: Equatable {
    /// Exactly these bytes.
    case literal([UInt8])
    /// Any one segment, even an empty one.
    case parameter
    /// Everything from here to the end of the path, with its slashes; at least one segment.
    case rest

    /// The segments of "/a/{b}/{c...}".
    static func parse(_ pattern: String) -> [PatternSegment] {
        precondition(pattern.hasPrefix("/"), "a pattern begins with a slash")
        let parts = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        precondition(parts.count <= SplitTarget.mostSegments, "no pattern is that long")
        let segments = parts.map { part -> PatternSegment in
            guard part.hasPrefix("{") else { return .literal(Array(part.utf8)) }
            precondition(part.hasSuffix("}"), "a brace is closed")
            return part.hasSuffix("...}") ? .rest : .parameter
        }
        precondition(segments.dropLast().allSatisfy { $0 != .rest }, "a rest is the end")
        return segments
    }
}
