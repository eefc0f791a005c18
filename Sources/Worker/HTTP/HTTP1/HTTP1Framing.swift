// What the fields of a request say about its body and about the connection. A request that two readers
// could understand in two ways is refused: the reader in front of Weir may have understood it the other
// way.

struct HTTP1Framing {
    /// How a method sends a body, as far as that matters here.
    enum Method {
        /// It has a body if its fields say so.
        case other
        /// PUT and POST: with Expect and without a length, to the end of the connection.
        case upload
        /// SOURCE, Icecast's own: to the end of the connection.
        case source

        init(_ method: Span<UInt8>) {
            if method.equals("PUT") || method.equals("POST") {
                self = .upload
            } else {
                self = method.equals("SOURCE") ? .source : .other
            }
        }
    }

    let version: HTTP1Version
    private let method: Method
    private var contentLength: Int?
    private var isChunked = false
    private var closes = false
    private var keepsAlive = false
    private var expects = false

    init(version: HTTP1Version, method: Method) {
        self.version = version
        self.method = method
    }

    var body: BodyFraming {
        if isChunked { return .chunked }
        if endsWithConnection { return .untilClose }
        return contentLength.map { .length($0) } ?? .none
    }

    /// What the source clients of Icecast send: SOURCE, with no length or (in a probe) a meaningless 0;
    /// or a PUT that waits for 100 (Continue) and has no length. By RFC 9112 section 6.3 that PUT has no
    /// body, but then its client could not wait for 100 (RFC 9110 section 10.1.1). Reading on to the end
    /// is safe in either case: nothing after this head is ever taken for a request, and every answer
    /// says that the connection closes.
    private var endsWithConnection: Bool {
        guard !isChunked else { return false }
        switch method {
        case .source: return (contentLength ?? 0) == 0
        case .upload: return expects && contentLength == nil
        case .other: return false
        }
    }

    var persists: Bool {
        !closes && !endsWithConnection && (version == .v11 || keepsAlive)
    }

    /// In HTTP/1.0, only clients that send a body without a length ask for it and mean it.
    var expectsContinue: Bool {
        guard expects, !expectsAcceptance else { return false }
        switch body {
        case .none, .length(0): return false
        case .length, .chunked: return version == .v11
        case .untilClose: return true
        }
    }

    /// Clients that send SOURCE send no body before they have read 200.
    var expectsAcceptance: Bool { method == .source && endsWithConnection }

    /// Content-Length: digits, once. Even a repeated equal value is refused, as RFC 9110 section 8.6
    /// permits: a client has no reason for it, but an attacker has.
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

    /// Transfer-Encoding: `chunked` and nothing else, once. All other values get 501 (RFC 9112 section
    /// 6.1), even those whose body would last to the end of the connection.
    mutating func takeTransferEncoding(_ value: Span<UInt8>) throws(HTTP1Failure) {
        guard version == .v11 else { throw .transferEncodingInHTTP10 }
        guard !isChunked else { throw .repeatedTransferEncoding }
        guard contentLength == nil else { throw .contradictoryFraming }
        guard value.equalsIgnoringCase("chunked") else { throw .unknownTransferCoding }
        isChunked = true
    }

    /// Expect: `100-continue` or nothing.
    mutating func takeExpectation(_ value: Span<UInt8>) throws(HTTP1Failure) {
        guard value.equalsIgnoringCase("100-continue") else { throw .unknownExpectation }
        expects = true
    }

    /// Connection: only the options `close` and `keep-alive` matter.
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
