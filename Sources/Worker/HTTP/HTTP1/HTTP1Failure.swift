// Why a connection's bytes are not requests that Weir takes. After any of these failures, it is unknown
// where the next request would begin, so the connection ends with the answer.
//
// The raw value is the slug of the problem document: stable, clients may rely on it.

enum HTTP1Failure: String, Error, Equatable, CaseIterable {
    // MARK: Lines
    case bareLineFeed = "bare-line-feed"
    case tooManyBlankLines = "too-many-blank-lines"

    // MARK: Request line
    case malformedRequestLine = "malformed-request-line"
    case malformedTarget = "malformed-target"
    case methodTooLong = "method-too-long"
    case targetTooLong = "target-too-long"
    case connectNotSupported = "connect-not-supported"
    case misdirectedScheme = "misdirected-scheme"
    case unsupportedVersion = "unsupported-http-version"
    /// HTTP/2's preface: a client with prior knowledge where HTTP/1.1 is spoken.
    case http2Preface = "unexpected-http2-preface"
    /// A TLS handshake where plain HTTP is spoken.
    case tlsOnPlaintext = "unexpected-tls"

    // MARK: Fields
    case malformedFieldName = "malformed-field-name"
    case malformedFieldValue = "malformed-field-value"
    case foldedField = "folded-field"
    case headersTooLarge = "headers-too-large"

    // MARK: Host
    case missingHost = "missing-host"
    case repeatedHost = "repeated-host"
    case malformedHost = "malformed-host"
    case contradictoryHost = "contradictory-host"

    // MARK: Framing
    case malformedContentLength = "malformed-content-length"
    case repeatedContentLength = "repeated-content-length"
    case contentLengthTooLarge = "content-length-too-large"
    case repeatedTransferEncoding = "repeated-transfer-encoding"
    case transferEncodingInHTTP10 = "transfer-encoding-in-http-1.0"
    case unknownTransferCoding = "unknown-transfer-coding"
    case contradictoryFraming = "contradictory-framing"
    case unknownExpectation = "unknown-expectation"

    // MARK: Chunks
    case malformedChunkSize = "malformed-chunk-size"
    case malformedChunkExtension = "malformed-chunk-extension"
    case malformedChunkEnd = "malformed-chunk-end"
    case chunkTooLarge = "chunk-too-large"
    case chunkExtensionTooLong = "chunk-extension-too-long"
    case forbiddenTrailer = "forbidden-trailer"
    case trailersTooLarge = "trailers-too-large"

    /// The status of the answer that ends the connection.
    var status: Int {
        switch self {
        case .contentLengthTooLarge, .chunkTooLarge: 413
        case .targetTooLong: 414
        case .unknownExpectation: 417
        case .misdirectedScheme: 421
        case .headersTooLarge, .trailersTooLarge: 431
        case .methodTooLong, .connectNotSupported, .unknownTransferCoding: 501
        case .unsupportedVersion, .http2Preface: 505
        default: 400
        }
    }

    var problem: Problem {
        switch self {
        // HTTP/2 knows these as well, and answers with the same documents.
        case .targetTooLong: .targetTooLong
        case .headersTooLarge: .headersTooLarge
        default: Problem(status: status, slug: rawValue, title: title, detail: detail)
        }
    }
}
