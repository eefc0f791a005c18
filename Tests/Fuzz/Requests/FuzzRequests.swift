// Fuzzes what is read of a request before anybody answers it: the target and its route, and the fields of
// content negotiation, conditions and ranges. Hostile bytes must not trap; a route is found exactly when a
// plain comparison of segments finds it; a range lies within what there is.
//
// An input is a target, then lines of fields: `r` and a Range, `m` and an If-None-Match, `e` and an
// Accept-Encoding.
//
// Run it with the directory of the corpus:
//   FuzzRequests Tests/Fuzz/Requests/Corpus -dict=Tests/Fuzz/Requests/requests.dict

import FuzzDriver

@testable import HTTP

@main
enum FuzzRequests {
    static func main() { fuzz(check) }
}

private func check(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    checkTarget(Array(lines[0]))
    for line in lines.dropFirst() {
        let value = Array(line.dropFirst())
        switch line.first {
        case UInt8(ascii: "r"): checkRange(value)
        case UInt8(ascii: "m"): checkTags(value)
        case UInt8(ascii: "e"): _ = AcceptEncoding.takesGzip(value.span)
        default: break
        }
    }
}

// MARK: Targets and routes

private let patterns = [
    "/", "/a", "/a/b", "/a/{x}", "/{x}/b", "/{x}/b/{y}", "/a/{x}/{y...}", "/{x}/c/{y...}",
    "/a/b/c/d/e/f/g/h",
]
private let tree = RouteTree(patterns)

private func checkTarget(_ target: [UInt8]) {
    // As HeaderBlock has it.
    guard target.count <= UInt16.max else { return }
    let split = SplitTarget(target.span)
    let path = target.prefix { $0 != UInt8(ascii: "?") }
    let isPath = path.first == UInt8(ascii: "/")
    let segments =
        isPath
        ? path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        : []
    precondition(split.segmentCount == segments.count, "a segment is what slashes part")
    for (number, segment) in segments.prefix(SplitTarget.mostSegments - 1).enumerated() {
        precondition(target[split.segment(number)] == segment, "a segment lies elsewhere")
    }
    let query = target.dropFirst(path.count + 1)
    precondition(Array(target[split.query]) == Array(query), "the query lies elsewhere")
    let found = tree.find(split, in: target.span)
    let fitting = patterns.indices.filter { fits(segments, PatternSegment.parse(patterns[$0])) }
    precondition((found != nil) == !fitting.isEmpty, "a route is found where one is")
    guard let found else { return }
    precondition(fitting.contains(found.pattern), "the route that is found fits")
    for range in [found.first, found.second] {
        precondition(range.upperBound <= path.count, "a parameter is part of the path")
    }
}

private func fits(_ segments: [ArraySlice<UInt8>], _ pattern: [PatternSegment]) -> Bool {
    for (index, part) in pattern.enumerated() {
        guard index < segments.count else { return false }
        switch part {
        case .rest: return true
        case .parameter: continue
        case .literal(let bytes): if Array(segments[index]) != bytes { return false }
        }
    }
    return segments.count == pattern.count
}

// MARK: Fields

private func checkRange(_ field: [UInt8]) {
    for length in [0, 1, 10, 1_000_000] {
        guard case .part(let range) = ByteRange.read(field.span, length: length) else { continue }
        precondition(range.first >= 0 && range.first <= range.last, "a range has bytes")
        precondition(range.last < length, "a range is of what is there")
    }
}

/// A tag that is found stands in the field, or an asterisk does.
private func checkTags(_ field: [UInt8]) {
    let tag = EntityTag("\"a\"")
    guard tag.isIn(field.span) else {
        precondition(!tag.isStronglyIn(field.span) && !tag.isExactly(field.span))
        return
    }
    let text = String(decoding: field, as: UTF8.self)
    precondition(text.contains("\"a\"") || text.contains("*"), "a tag from nowhere")
}
