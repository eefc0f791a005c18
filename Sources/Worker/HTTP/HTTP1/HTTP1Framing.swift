// What the fields of a request say about its body and about the connection. Wherever two readers
// could understand two different things, the request is refused: the reader in front of Weir may
// have been the other one.

struct HTTP1Framing {
    let version: HTTP1Version
    private let isPut: Bool
    private var contentLength: Int?
    private var isChunked = false
    private var closes = false
    private var keepsAlive = false
    private var expects = false

    init(version: HTTP1Version, isPut: Bool) {
        self.version = version
        self.isPut = isPut
    }

    var body: BodyFraming {
        if isChunked { return .chunked }
        if let contentLength { return .length(contentLength) }
        return endsWithConnection ? .untilClose : .none
    }

    /// A PUT that announces a body, by waiting for 100 (Continue), and the end of the connection
    /// after it, but no length: so do the source clients of Icecast. By RFC 9112 section 6.3 it has
    /// no body; but then the client could not wait for 100 (RFC 9110 section 10.1.1). Reading on to
    /// the end is safe whoever is right: nothing behind this head is ever taken for a request.
    private var endsWithConnection: Bool {
        isPut && expects && closes && version == .v11
    }

    var persists: Bool {
        !closes && (version == .v11 || keepsAlive)
    }

    var expectsContinue: Bool {
        expects && version == .v11 && body != .none && body != .length(0)
    }

    /// Content-Length: digits, once. Even a repeated equal one is refused, which RFC 9110 section
    /// 8.6 leaves to us: no client has a reason for it, an attacker has.
    mutating func takeContentLength(_ value: Span<UInt8>) throws(HTTP1Failure) {
        guard contentLength == nil else { throw .repeatedContentLength }
        guard !isChunked else { throw .contradictoryFraming }
        guard !value.isEmpty, value.allSatisfy(HTTP1Character.isDigit) else {
            throw .malformedContentLength
        }
        var length = 0
        for index in value.indices {
            let (tens, isTooLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) = tens.addingReportingOverflow(
                Int(value[index] - UInt8(ascii: "0")))
            guard !isTooLarge, !isStillTooLarge else { throw .contentLengthTooLarge }
            length = sum
        }
        contentLength = length
    }

    /// Transfer-Encoding: `chunked` and nothing else, once. All other values get 501 (RFC 9112
    /// section 6.1), also those after which only the end of the connection would end the body.
    mutating func takeTransferEncoding(_ value: Span<UInt8>) throws(HTTP1Failure) {
        guard version == .v11 else { throw .transferEncodingInHTTP10 }
        guard !isChunked else { throw .repeatedTransferEncoding }
        guard contentLength == nil else { throw .contradictoryFraming }
        guard value.equalsIgnoringCase("chunked") else { throw .unknownTransferCoding }
        isChunked = true
    }

    /// Expect: `100-continue` or nothing. HTTP/1.0 clients cannot mean it (RFC 9110 section 10.1.1).
    mutating func takeExpectation(_ value: Span<UInt8>) throws(HTTP1Failure) {
        guard value.equalsIgnoringCase("100-continue") else { throw .unknownExpectation }
        expects = true
    }

    /// Connection: of its options only `close` and `keep-alive` matter.
    mutating func takeConnection(_ value: Span<UInt8>) {
        var start = 0
        while start < value.count {
            let end = value.firstIndex(of: UInt8(ascii: ","), from: start) ?? value.count
            var first = start
            var last = end
            while first < last, HTTP1Character.isWhiteSpace(value[first]) { first += 1 }
            while last > first, HTTP1Character.isWhiteSpace(value[last - 1]) { last -= 1 }
            let option = value.extracting(first..<last)
            if option.equalsIgnoringCase("close") { closes = true }
            if option.equalsIgnoringCase("keep-alive") { keepsAlive = true }
            start = end + 1
        }
    }
}
