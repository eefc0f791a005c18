// What a player asks of a media playlist in its query: `_HLS_msn`, `_HLS_part` and `_HLS_skip`
// (draft-pantos-hls-rfc8216bis, section 6.2.5).
//
// Bytes from anybody. Read in one pass, without a copy. Directives are strict: digits only, each at most
// once, nothing is decoded. Everything else in a query is somebody else's and has no meaning here: it may
// stand anywhere, and no list depends on it.

package struct PlaylistDirectives: Sendable, Equatable {
    package enum Malformed: Error, Equatable {
        /// A directive comes twice.
        case repeated
        /// Not a decimal number, or one that no segment can have.
        case notNumber
        /// `_HLS_skip` is neither YES nor v2.
        case unknownSkip
        /// `_HLS_part` without `_HLS_msn`.
        case partWithoutSegment
    }

    /// Hold the answer until this segment is there.
    package private(set) var segment: UInt64?
    /// Hold it only until this part of the segment is there.
    package private(set) var part: UInt64?
    /// Leave out what is older than the skip boundary.
    package private(set) var skips = false

    /// None.
    package init() {}

    package init(query: Span<UInt8>) throws(Malformed) {
        var start = 0
        var hasSkip = false
        while start < query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let field = start..<end
            start = end + 1
            if let value = Self.value(of: "_HLS_msn", at: field, in: query) {
                guard segment == nil else { throw .repeated }
                segment = try Self.number(value, in: query)
            } else if let value = Self.value(of: "_HLS_part", at: field, in: query) {
                guard part == nil else { throw .repeated }
                part = try Self.number(value, in: query)
            } else if let value = Self.value(of: "_HLS_skip", at: field, in: query) {
                guard !hasSkip else { throw .repeated }
                guard
                    NameScanner.equals("YES", at: value, in: query)
                        || NameScanner.equals("v2", at: value, in: query)
                else { throw .unknownSkip }
                hasSkip = true
            }
        }
        skips = hasSkip
        guard part == nil || segment != nil else { throw .partWithoutSegment }
    }

    /// Where the value of a directive lies; empty when it has none, nil for another name.
    private static func value(
        of name: StaticString, at field: Range<Int>, in query: Span<UInt8>
    ) -> Range<Int>? {
        let nameEnd = field.lowerBound + name.utf8CodeUnitCount
        guard nameEnd <= field.upperBound,
            NameScanner.equals(name, at: field.lowerBound..<nameEnd, in: query)
        else { return nil }
        if nameEnd == field.upperBound { return nameEnd..<nameEnd }
        guard query[nameEnd] == UInt8(ascii: "=") else { return nil }
        return nameEnd + 1..<field.upperBound
    }

    private static func number(
        _ range: Range<Int>, in query: Span<UInt8>
    ) throws(Malformed) -> UInt64 {
        var scanner = NameScanner(at: range)
        guard let number = scanner.number(in: query), scanner.isAtEnd else { throw .notNumber }
        return number
    }
}
