// The requests of one HTTP/1.1 or HTTP/1.0 connection: bytes in, events out. Strict where leniency
// would let two readers find different requests in the same bytes (RFC 9112 section 11.2): such a
// connection ends. Pure: no socket, no clock, no I/O.
//
// The events never depend on how the bytes were cut. Every byte is looked at once, give or take a
// constant. Memory: a header section while it is received (bounded by the limits), and one line of
// trailers. Nothing is allocated for bodies, or held between requests.

struct HTTP1Parser {
    enum Event {
        /// Everything given was consumed.
        case needsMore
        /// A request's header section is complete.
        case head(HTTP1Head)
        /// These bytes of the given span are body, free of chunk framing; never empty.
        case body(Range<Int>)
        /// The request is complete, including its trailers; another one may follow. The caller, who
        /// knows the head's `persists`, decides whether to read it.
        case end
        /// The connection cannot go on; final.
        case failure(HTTP1Failure)
    }

    private enum State: Equatable {
        /// Empty lines, then a request line.
        case opening
        case fields
        /// A body of which this many bytes are still to come.
        case body(Int)
        /// A body that only the end of the connection ends.
        case endlessBody
        case chunks
        case trailers
        case end
        case failed(HTTP1Failure)
    }

    /// How many empty lines may come before a request line: some clients send one after a body (RFC 9112
    /// section 2.2).
    private static let blankLines = 2
    /// The first bytes of a TLS connection: a handshake record of any version.
    private static let tlsHandshake = (type: UInt8(0x16), version: UInt8(0x03))

    private let limits: HTTPLimits
    private let isSecure: Bool
    private var state = State.opening
    private var lines = HTTP1Lines()
    private var builder: HTTP1HeadBuilder
    private var chunks: HTTP1Chunks
    private var blankLinesSeen = 0
    private var trailerLines = 0
    private var trailerBytes = 0

    /// `isSecure`: the connection uses TLS, and absolute targets have to say https. Otherwise both
    /// schemes are accepted, and a target without one counts as http.
    init(limits: HTTPLimits, isSecure: Bool = true) {
        precondition(limits.headerBytes <= UInt16.max, "blocks hold fields of 64 KiB")
        precondition(limits.targetBytes <= UInt16.max, "blocks hold fields of 64 KiB")
        self.limits = limits
        self.isSecure = isSecure
        builder = HTTP1HeadBuilder(isSecure: isSecure)
        chunks = HTTP1Chunks(limits: limits)
    }

    /// A header section has begun and is not complete. Empty lines before it do not count.
    var isInsideHead: Bool {
        switch state {
        case .opening: lines.kept.first.map { $0 != HTTP1Character.carriageReturn } ?? false
        case .fields: true
        default: false
        }
    }

    /// The next event in the bytes from `position` on; `position` moves past the consumed bytes. Call
    /// until `.needsMore`, and later again with the bytes that were not consumed and more.
    mutating func next(in bytes: Span<UInt8>, from position: inout Int) -> Event {
        do throws(HTTP1Failure) {
            while true {
                if let event = try advance(in: bytes, from: &position) { return event }
            }
        } catch {
            fail(error)
            return .failure(error)
        }
    }

    private mutating func fail(_ failure: HTTP1Failure) {
        state = .failed(failure)
        lines = HTTP1Lines()
        builder = HTTP1HeadBuilder(isSecure: isSecure)
    }

    /// One step; nil when it brought no event.
    private mutating func advance(
        in bytes: Span<UInt8>, from position: inout Int
    ) throws(HTTP1Failure) -> Event? {
        switch state {
        case .opening:
            try checkOpening(in: bytes, from: position)
            return try takeLine(
                in: bytes, from: &position, longestBytes: HTTP1RequestLine.longestBytes(limits))
        case .fields:
            return try takeLine(
                in: bytes, from: &position, longestBytes: builder.longestFieldBytes(limits))
        case .trailers:
            return try takeLine(
                in: bytes, from: &position, longestBytes: limits.trailerBytes - trailerBytes)
        case .body(let remaining):
            return takeBody(remaining, in: bytes, from: &position)
        case .endlessBody:
            guard position < bytes.count else { return .needsMore }
            defer { position = bytes.count }
            return .body(position..<bytes.count)
        case .chunks:
            switch try chunks.next(in: bytes, from: &position) {
            case .needsMore: return .needsMore
            case .data(let range): return .body(range)
            case .last: state = .trailers
            }
            return nil
        case .end:
            state = .opening
            return .end
        case .failed(let failure):
            throw failure
        }
    }

    private mutating func takeBody(
        _ remaining: Int, in bytes: Span<UInt8>, from position: inout Int
    ) -> Event {
        let count = min(remaining, bytes.count - position)
        guard count > 0 else { return .needsMore }
        state = count == remaining ? .end : .body(remaining - count)
        defer { position += count }
        return .body(position..<position + count)
    }
}

// MARK: Lines

extension HTTP1Parser {
    /// Refuses bytes that cannot begin a request line as soon as they come: there may never be a line
    /// end.
    private func checkOpening(in bytes: Span<UInt8>, from position: Int) throws(HTTP1Failure) {
        guard lines.kept.count < 2 else { return }
        guard let first = lines.kept.first ?? byte(position, of: bytes) else { return }
        let second = byte(lines.kept.isEmpty ? position + 1 : position, of: bytes)
        switch first {
        case HTTP1Character.lineFeed:
            throw .bareLineFeed
        case HTTP1Character.carriageReturn:
            guard second ?? HTTP1Character.lineFeed == HTTP1Character.lineFeed else {
                throw .malformedRequestLine
            }
        case Self.tlsHandshake.type:
            guard let second else { return }
            throw second == Self.tlsHandshake.version ? .tlsOnPlaintext : .malformedRequestLine
        default:
            guard HTTP1Character.isToken(first) else { throw .malformedRequestLine }
        }
    }

    private func byte(_ index: Int, of bytes: Span<UInt8>) -> UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private mutating func takeLine(
        in bytes: Span<UInt8>, from position: inout Int, longestBytes: Int
    ) throws(HTTP1Failure) -> Event? {
        switch try lines.next(in: bytes, from: &position, longestBytes: longestBytes) {
        case .incomplete:
            return .needsMore
        case .within(let range):
            return try take(bytes.extracting(range))
        case .assembled:
            let line = lines.takeAssembled()
            return try take(line.span)
        case .tooLong:
            switch state {
            case .opening: throw HTTP1RequestLine.excess(of: lines.kept.span, limits)
            case .trailers: throw .trailersTooLarge
            default: throw .headersTooLarge
            }
        }
    }

    private mutating func take(_ line: Span<UInt8>) throws(HTTP1Failure) -> Event? {
        switch state {
        case .opening:
            try takeOpening(line)
            return nil
        case .fields:
            guard line.isEmpty else {
                try builder.takeField(line, limits)
                return nil
            }
            return .head(try finishHead())
        default:
            try takeTrailer(line)
            return nil
        }
    }

    private mutating func takeOpening(_ line: Span<UInt8>) throws(HTTP1Failure) {
        if line.isEmpty {
            blankLinesSeen += 1
            guard blankLinesSeen <= Self.blankLines else { throw .tooManyBlankLines }
        } else {
            try builder.takeRequestLine(line, limits)
            state = .fields
        }
    }

    private mutating func finishHead() throws(HTTP1Failure) -> HTTP1Head {
        let head = try builder.finish()
        builder = HTTP1HeadBuilder(isSecure: isSecure)
        blankLinesSeen = 0
        switch head.framing {
        case .none, .length(0):
            state = .end
        case .length(let length):
            state = .body(length)
        case .untilClose:
            state = .endlessBody
        case .chunked:
            chunks = HTTP1Chunks(limits: limits)
            (trailerLines, trailerBytes) = (0, 0)
            state = .chunks
        }
        return head
    }

    /// Trailers are validated like any field, and dropped. Nothing in Weir reads them, and merged into
    /// the head they would say a second time what the head has said (RFC 9110 section 6.5.1).
    private mutating func takeTrailer(_ line: Span<UInt8>) throws(HTTP1Failure) {
        guard !line.isEmpty else {
            state = .end
            return
        }
        trailerLines += 1
        trailerBytes += line.count
        guard trailerLines <= limits.trailerFields else { throw .trailersTooLarge }
        let name = try HTTP1FieldLine(line).name
        guard case .other = HTTP1FieldKind(line.extracting(name)) else { throw .forbiddenTrailer }
    }
}
