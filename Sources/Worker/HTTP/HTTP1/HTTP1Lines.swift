// Makes lines of bytes that may be cut anywhere. A line in one piece is handed out in place; one that is
// cut is put together here. Each byte is looked at once, and no more than one line of bounded length is
// kept in memory.
//
// A line ends with CRLF and nothing else: requests are smuggled between parsers that disagree about a
// bare LF (RFC 9112 section 2.2 allows it, and does not require it).

struct HTTP1Lines {
    enum Line: Equatable {
        /// All bytes are consumed, and the line is not complete.
        case incomplete
        /// The line's content is at this range of the given bytes.
        case within(Range<Int>)
        /// The line's content has been put together; get it with `takeAssembled()`.
        case assembled
        /// The content is longer than allowed; `kept` has its beginning.
        case tooLong
    }

    /// The part that has come of a line whose end has not come yet.
    private(set) var kept: [UInt8] = []

    /// Finds the next line from `position` on and moves it past the line end. `longestBytes` bounds
    /// the content; it has to be the same for all calls about one line.
    mutating func next(
        in bytes: Span<UInt8>, from position: inout Int, longestBytes: Int
    ) throws(HTTP1Failure) -> Line {
        let start = position
        let roomBytes = longestBytes + 2 - kept.count
        let searchEnd = min(bytes.count, start + roomBytes)
        var lineFeed = start
        while lineFeed < searchEnd, bytes[lineFeed] != HTTP1Character.lineFeed { lineFeed += 1 }

        guard lineFeed < searchEnd else {
            position = searchEnd
            kept.append(bytes.extracting(start..<searchEnd))
            return searchEnd - start == roomBytes ? .tooLong : .incomplete
        }
        position = lineFeed + 1
        if kept.isEmpty {
            guard lineFeed > start, bytes[lineFeed - 1] == HTTP1Character.carriageReturn else {
                throw .bareLineFeed
            }
            return .within(start..<lineFeed - 1)
        }
        kept.append(bytes.extracting(start..<lineFeed))
        guard kept.removeLast() == HTTP1Character.carriageReturn else { throw .bareLineFeed }
        return .assembled
    }

    /// The content of the line that was put together; it is not kept here any longer.
    mutating func takeAssembled() -> [UInt8] {
        defer { kept = [] }
        return kept
    }
}
