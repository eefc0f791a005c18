// Lines out of bytes that may be cut anywhere. A line that lies in one piece is handed out where it
// lies; one that is cut is put together here. Each byte is looked at once, and the memory is that of
// one line of bounded length.
//
// A line ends with CRLF and with nothing else: parsers that disagree about a bare LF are what
// requests are smuggled between (RFC 9112 section 2.2 allows it, and does not ask for it).

struct HTTP1Lines {
    enum Line: Equatable {
        /// All bytes are consumed, and the line goes on.
        case incomplete
        /// The line's content lies at this range of the given bytes.
        case within(Range<Int>)
        /// The line's content has been put together: see `takeAssembled()`.
        case assembled
        /// The content is longer than allowed; `kept` has its beginning.
        case tooLong
    }

    /// What came of a line whose end has not come yet.
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

    /// The content of the line that was put together; then nothing of it is kept here.
    mutating func takeAssembled() -> [UInt8] {
        defer { kept = [] }
        return kept
    }
}
