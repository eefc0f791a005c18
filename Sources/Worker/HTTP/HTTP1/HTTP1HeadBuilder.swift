// A header section, line by line, until it is a head. In a block, the pseudo-header fields come first,
// but they are complete last (Host may be the last line). So all fields wait here, in one array.
//
// Bounded: the request line has its own limits. All other lines together are limited by `headerBytes`,
// which also counts white space, colons and dropped fields.

struct HTTP1HeadBuilder {
    private static let methodName = Array(":method".utf8)
    private static let schemeName = Array(":scheme".utf8)
    private static let authorityName = Array(":authority".utf8)
    private static let pathName = Array(":path".utf8)
    private static let https = Array("https".utf8)
    private static let http = Array("http".utf8)
    private static let expectName = Array("expect".utf8)
    private static let expectation = Array("100-continue".utf8)
    /// Enough for the usual request of a browser.
    private static let initialBytes = 512

    private let isSecure: Bool
    /// The ranges below refer to these bytes.
    private var bytes: [UInt8] = []
    private var method = 0..<0
    private var path = 0..<0
    private var isHTTPS = true
    /// The authority of an absolute target.
    private var authority: Range<Int>?
    private var host: Range<Int>?
    private var framing = HTTP1Framing(version: .v11, method: .other)
    private var fields: [(name: Range<Int>, value: Range<Int>)] = []
    private var fieldLines = 0
    private var fieldBytes = 0

    init(isSecure: Bool) {
        self.isSecure = isSecure
    }

    /// How long the next field line may be.
    func longestFieldBytes(_ limits: HTTPLimits) -> Int {
        limits.headerBytes - fieldBytes
    }

    mutating func takeRequestLine(
        _ line: Span<UInt8>, _ limits: HTTPLimits
    ) throws(HTTP1Failure) {
        let parsed = try HTTP1RequestLine(line, isSecure: isSecure, limits: limits)
        bytes.reserveCapacity(Self.initialBytes)
        framing = HTTP1Framing(
            version: parsed.version, method: .init(line.extracting(parsed.method)))
        isHTTPS = parsed.target.isHTTPS
        method = keep(line.extracting(parsed.method))
        if let range = parsed.target.authority { authority = keep(line.extracting(range)) }
        switch parsed.target.path {
        case .verbatim(let range):
            path = keep(line.extracting(range))
        case .root(let query):
            bytes.append(UInt8(ascii: "/"))
            let kept = keep(line.extracting(query))
            path = kept.lowerBound - 1..<kept.upperBound
        case .asterisk:
            bytes.append(UInt8(ascii: "*"))
            path = bytes.count - 1..<bytes.count
        }
    }

    /// Takes one field line; it is at most `longestFieldBytes` long.
    mutating func takeField(_ line: Span<UInt8>, _ limits: HTTPLimits) throws(HTTP1Failure) {
        fieldLines += 1
        fieldBytes += line.count
        guard fieldLines <= limits.headerFields else { throw .headersTooLarge }
        let field = try HTTP1FieldLine(line)
        let value = line.extracting(field.value)
        switch HTTP1FieldKind(line.extracting(field.name)) {
        case .host:
            guard host == nil else { throw .repeatedHost }
            guard Authority.isValid(value) else { throw .malformedHost }
            host = keep(value)
        case .contentLength:
            try framing.takeContentLength(value)
            keep(field, of: line)
        case .transferEncoding:
            try framing.takeTransferEncoding(value)
        case .connection:
            framing.takeConnection(value)
        case .expect:
            try framing.takeExpectation(value)
        case .te where !value.equalsIgnoringCase("trailers"), .hopByHop:
            break
        case .te, .trailer, .other:
            keep(field, of: line)
        }
    }

    /// The head, after its empty line. The builder is spent.
    func finish() throws(HTTP1Failure) -> HTTP1Head {
        let authority = try agreedAuthority()
        let scheme = isHTTPS ? Self.https : Self.http
        let block = HeaderBlock()
        block.append(name: Self.methodName.span, value: bytes.span.extracting(method))
        block.append(name: Self.schemeName.span, value: scheme.span)
        block.append(name: Self.authorityName.span, value: bytes.span.extracting(authority))
        block.append(name: Self.pathName.span, value: bytes.span.extracting(path))
        for field in fields {
            block.append(
                name: bytes.span.extracting(field.name), value: bytes.span.extracting(field.value))
        }
        if framing.expectsContinue {
            block.append(name: Self.expectName.span, value: Self.expectation.span)
        }
        return HTTP1Head(
            block: block, version: framing.version, framing: framing.body,
            persists: framing.persists, expectsContinue: framing.expectsContinue,
            expectsAcceptance: framing.expectsAcceptance)
    }

    /// Host and an absolute target have to agree. By RFC 9112 section 3.2.2 the target would win, but
    /// not every reader on the way knows that.
    private func agreedAuthority() throws(HTTP1Failure) -> Range<Int> {
        guard let host else {
            guard framing.version == .v10 else { throw .missingHost }
            return authority ?? 0..<0
        }
        guard let authority else { return host }
        let isSame = Authority.areSame(
            bytes.span.extracting(host), bytes.span.extracting(authority))
        guard isSame else { throw .contradictoryHost }
        return authority
    }

    private mutating func keep(_ span: Span<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(span)
        return start..<bytes.count
    }

    private mutating func keep(_ field: HTTP1FieldLine, of line: Span<UInt8>) {
        let start = bytes.count
        for index in field.name { bytes.append(HTTP1Character.folded(line[index])) }
        let name = start..<bytes.count
        fields.append((name, keep(line.extracting(field.value))))
    }
}
