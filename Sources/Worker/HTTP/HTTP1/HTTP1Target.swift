// Request targets (RFC 9112 section 3.2): `/path?query` from nearly every client, the absolute form from
// clients that take us for a proxy, `*` for the server as a whole.

struct HTTP1Target {
    /// The path and query that decide the route.
    enum Path {
        /// They are in the line as they are.
        case verbatim(Range<Int>)
        /// An absolute form without a path: "/", and the query in the line, if there is one.
        case root(query: Range<Int>)
        case asterisk
    }

    /// Whether it is https: by the target or, if that does not say, by the connection.
    let isHTTPS: Bool
    /// The authority of an absolute form.
    let authority: Range<Int>?
    let path: Path

    /// Reads the target at `range` of a request line.
    init(
        _ line: Span<UInt8>, at range: Range<Int>, isOptions: Bool, isSecure: Bool
    ) throws(HTTP1Failure) {
        let target = line.extracting(range)
        guard !target.isEmpty, target.allSatisfy(HTTP1Character.isTarget) else {
            throw .malformedTarget
        }
        if target[0] == UInt8(ascii: "/") {
            (isHTTPS, authority, path) = (isSecure, nil, .verbatim(range))
            return
        }
        if target.equals("*") {
            guard isOptions else { throw .malformedTarget }
            (isHTTPS, authority, path) = (isSecure, nil, .asterisk)
            return
        }
        (isHTTPS, authority, path) = try Self.absolute(
            line, at: range, isOptions: isOptions, isSecure: isSecure)
    }

    private static func absolute(
        _ line: Span<UInt8>, at range: Range<Int>, isOptions: Bool, isSecure: Bool
    ) throws(HTTP1Failure) -> (isHTTPS: Bool, authority: Range<Int>, path: Path) {
        let isHTTPS = hasPrefix(line, at: range, "https://")
        guard isHTTPS || hasPrefix(line, at: range, "http://") else { throw .malformedTarget }
        // A request that was meant to travel in the clear does not belong here (RFC 9110 section 7.4).
        guard isHTTPS || !isSecure else { throw .misdirectedScheme }

        let start = range.lowerBound + (isHTTPS ? 8 : 7)
        var end = start
        while end < range.upperBound, line[end] != UInt8(ascii: "/"), line[end] != UInt8(ascii: "?")
        {
            end += 1
        }
        guard Authority.isValid(line.extracting(start..<end)) else { throw .malformedTarget }
        let rest = end..<range.upperBound
        if !rest.isEmpty, line[end] == UInt8(ascii: "/") {
            return (isHTTPS, start..<end, .verbatim(rest))
        }
        // RFC 9112 section 3.2.4: `*` travels through proxies in this form.
        let path: Path = rest.isEmpty && isOptions ? .asterisk : .root(query: rest)
        return (isHTTPS, start..<end, path)
    }

    private static func hasPrefix(
        _ line: Span<UInt8>, at range: Range<Int>, _ prefix: StaticString
    ) -> Bool {
        let count = prefix.utf8CodeUnitCount
        return range.count >= count
            && line.extracting(range.lowerBound..<range.lowerBound + count)
                .equalsIgnoringCase(prefix)
    }
}
