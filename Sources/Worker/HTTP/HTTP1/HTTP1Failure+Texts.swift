// What the failures of the parser tell people. They repeat nothing of the request.

extension HTTP1Failure {
    /// What kind of thing went wrong.
    var title: String {
        switch self {
        case .bareLineFeed, .tooManyBlankLines: "The lines of the request are malformed"
        case .malformedRequestLine, .malformedTarget: "The request line is malformed"
        case .methodTooLong, .connectNotSupported: "The method is not supported"
        case .targetTooLong: "The request target is too long"
        case .misdirectedScheme: "The request is for another scheme"
        case .unsupportedVersion, .http2Preface: "The HTTP version is not supported here"
        case .tlsOnPlaintext: "TLS is not spoken here"
        case .malformedFieldName, .malformedFieldValue, .foldedField:
            "A header field is malformed"
        case .headersTooLarge: "The request's header section is too large"
        case .missingHost, .repeatedHost, .malformedHost, .contradictoryHost:
            "The request does not say which host it is for"
        case .malformedContentLength, .repeatedContentLength, .repeatedTransferEncoding,
            .transferEncodingInHTTP10, .contradictoryFraming:
            "The request does not say clearly where its body ends"
        case .contentLengthTooLarge, .chunkTooLarge: "The body is too large"
        case .unknownTransferCoding: "The transfer coding is not supported"
        case .unknownExpectation: "The expectation cannot be met"
        case .malformedChunkSize, .malformedChunkExtension, .malformedChunkEnd,
            .chunkExtensionTooLong:
            "The chunks of the body are malformed"
        case .forbiddenTrailer, .trailersTooLarge: "The trailer section is refused"
        }
    }

    /// What exactly went wrong, and what would be right.
    var detail: String {
        switch self {
        case .bareLineFeed: "Lines end with CR LF."
        case .tooManyBlankLines: "Too many empty lines come before the request line."
        case .malformedRequestLine:
            "It is METHOD TARGET HTTP/1.1, with one space between each, and the method is a token."
        case .malformedTarget: "The target is /PATH?QUERY, https://HOST/PATH?QUERY or (OPTIONS) *."
        case .methodTooLong: "No supported method has so long a name."
        case .connectNotSupported: "This server is no proxy: CONNECT is not served."
        case .targetTooLong: "Path and query are longer than this server takes."
        case .misdirectedScheme: "The scheme in the target is not the one of this connection."
        case .unsupportedVersion: "HTTP/1.0 and HTTP/1.1 are understood."
        case .http2Preface: "This connection speaks HTTP/1.1; ask for h2 by ALPN."
        case .tlsOnPlaintext: "This port speaks plain HTTP; use http, not https."
        case .malformedFieldName:
            "A field is a name (letters, digits and -) followed at once by a colon and a value."
        case .malformedFieldValue: "A field value has no control characters."
        case .foldedField: "A field is one line; lines that begin with white space are refused."
        case .headersTooLarge: "Its fields are more or longer than this server takes."
        case .missingHost: "A request names its host: by Host, or in HTTP/2 by :authority."
        case .repeatedHost: "There is exactly one Host field."
        case .malformedHost: "A host is a name or an address, and perhaps a colon and a port."
        case .contradictoryHost:
            "The Host field and the target (in HTTP/2, :authority) name different hosts."
        case .malformedContentLength: "Content-Length is one decimal number."
        case .repeatedContentLength: "There is at most one Content-Length field."
        case .contentLengthTooLarge: "Content-Length is beyond any body that could be received."
        case .repeatedTransferEncoding: "There is at most one Transfer-Encoding field."
        case .transferEncodingInHTTP10: "HTTP/1.0 knows no Transfer-Encoding."
        case .unknownTransferCoding: "The one supported transfer coding is chunked, used once."
        case .contradictoryFraming: "Content-Length and Transfer-Encoding exclude each other."
        case .unknownExpectation: "The one supported expectation is 100-continue."
        case .malformedChunkSize: "A chunk size is 1 to 16 hexadecimal digits, then CR LF or ;."
        case .malformedChunkExtension: "A chunk extension has no control characters."
        case .malformedChunkEnd: "The data of a chunk is as long as announced, then comes CR LF."
        case .chunkTooLarge: "The chunk size is beyond any body that could be received."
        case .chunkExtensionTooLong: "The extensions of a chunk are longer than this server takes."
        case .forbiddenTrailer: "Fields that frame or route the request cannot be trailers."
        case .trailersTooLarge: "Its fields are more or longer than this server takes."
        }
    }
}
