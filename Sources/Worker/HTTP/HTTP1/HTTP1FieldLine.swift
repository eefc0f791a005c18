// One line of a header or trailer section: a name, a colon directly after it, and a value with white
// space around it (RFC 9112 section 5).

/// A valid field; the ranges refer to the line.
struct HTTP1FieldLine {
    let name: Range<Int>
    /// Without the white space around it.
    let value: Range<Int>

    /// `line` is not empty: an empty line ends a section.
    init(_ line: Span<UInt8>) throws(HTTP1Failure) {
        guard !HTTP1Character.isWhiteSpace(line[0]) else { throw .foldedField }
        guard let colon = line.firstIndex(of: HTTP1Character.colon), colon > 0,
            line.extracting(0..<colon).allSatisfy(HTTP1Character.isToken)
        else { throw .malformedFieldName }
        name = 0..<colon

        var start = colon + 1
        var end = line.count
        while start < end, HTTP1Character.isWhiteSpace(line[start]) { start += 1 }
        while end > start, HTTP1Character.isWhiteSpace(line[end - 1]) { end -= 1 }
        guard line.extracting(start..<end).allSatisfy(HTTP1Character.isFieldValue) else {
            throw .malformedFieldValue
        }
        value = start..<end
    }
}

/// What a field is to the parser, by its name.
enum HTTP1FieldKind {
    case host, contentLength, transferEncoding, connection, expect, te
    /// About this one connection, with no meaning to Weir: it is not passed on.
    case hopByHop
    /// Announces trailers; passed on, though they are dropped.
    case trailer
    /// Of no interest to the parser.
    case other

    init(_ name: Span<UInt8>) {
        switch name.count {
        case 2 where name.equalsIgnoringCase("te"): self = .te
        case 4 where name.equalsIgnoringCase("host"): self = .host
        case 6 where name.equalsIgnoringCase("expect"): self = .expect
        case 7 where name.equalsIgnoringCase("upgrade"): self = .hopByHop
        case 7 where name.equalsIgnoringCase("trailer"): self = .trailer
        case 10 where name.equalsIgnoringCase("connection"): self = .connection
        case 10 where name.equalsIgnoringCase("keep-alive"): self = .hopByHop
        case 14 where name.equalsIgnoringCase("content-length"): self = .contentLength
        case 16 where name.equalsIgnoringCase("proxy-connection"): self = .hopByHop
        case 17 where name.equalsIgnoringCase("transfer-encoding"): self = .transferEncoding
        default: self = .other
        }
    }
}
