// Raw bytes that are refused, each with how: what requests are smuggled with (RFC 9112 section 11.2),
// and what is merely broken. Names are sentences about the bytes.

import Testing

@testable import HTTP

struct HTTP1Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let failure: HTTP1Failure
    let status: Int

    init(_ name: String, _ text: String, _ failure: HTTP1Failure, _ status: Int) {
        self.init(name, Array(text.utf8), failure, status)
    }

    init(_ name: String, _ bytes: [UInt8], _ failure: HTTP1Failure, _ status: Int) {
        testDescription = name
        self.bytes = bytes
        self.failure = failure
        self.status = status
    }

    /// A field section behind a fine start.
    private static func fields(
        _ name: String, _ fields: String, _ failure: HTTP1Failure, _ status: Int = 400
    ) -> HTTP1Sample {
        HTTP1Sample(
            name, "POST /a HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n0\r\n\r\n", failure, status)
    }

    /// A request line, and then all that a request needs.
    private static func line(
        _ name: String, _ line: String, _ failure: HTTP1Failure, _ status: Int = 400
    ) -> HTTP1Sample {
        HTTP1Sample(name, "\(line)\r\nHost: a\r\n\r\n", failure, status)
    }

    /// A chunked body.
    private static func chunks(
        _ name: String, _ body: String, _ failure: HTTP1Failure, _ status: Int = 400
    ) -> HTTP1Sample {
        HTTP1Sample(
            name, "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)",
            failure, status)
    }

    static let all = lines + targets + hosts + names + lengths + codings + bodies + trailers

    static let lines: [HTTP1Sample] = [
        line("two spaces before the target", "GET  / HTTP/1.1", .malformedRequestLine),
        line("two spaces before the version", "GET /  HTTP/1.1", .malformedRequestLine),
        line("a space after the version", "GET / HTTP/1.1 ", .malformedRequestLine),
        line("a space before the method", " GET / HTTP/1.1", .malformedRequestLine),
        line("a tab between method and target", "GET\t/ HTTP/1.1", .malformedRequestLine),
        line("a space inside of the target", "GET /a b HTTP/1.1", .malformedRequestLine),
        line("no version, as in HTTP/0.9", "GET /", .malformedRequestLine),
        line("a method alone", "GET", .malformedRequestLine),
        line("no method", " / HTTP/1.1", .malformedRequestLine),
        line("a method that is no token", "GE(T / HTTP/1.1", .malformedRequestLine),
        line("a method with a byte beyond ASCII", "GÉT / HTTP/1.1", .malformedRequestLine),
        line("a NUL in the method", "G\0T / HTTP/1.1", .malformedRequestLine),
        line(
            "a method that nobody knows by its length",
            String(repeating: "A", count: 33) + " / HTTP/1.1", .methodTooLong, 501),
        line("a method without an end", String(repeating: "A", count: 9_000), .methodTooLong, 501),
        line("CONNECT to an authority", "CONNECT a:443 HTTP/1.1", .connectNotSupported, 501),
        line("HTTP/1.2", "GET / HTTP/1.2", .unsupportedVersion, 505),
        line("HTTP/0.9 by name", "GET / HTTP/0.9", .unsupportedVersion, 505),
        line("HTTP/2.0 by name", "GET / HTTP/2.0", .unsupportedVersion, 505),
        line("HTTP/3.0 by name", "GET / HTTP/3.0", .unsupportedVersion, 505),
        line("a version in lower case", "GET / http/1.1", .malformedRequestLine),
        line("a version of two digits", "GET / HTTP/1.10", .malformedRequestLine),
        line("a version with a leading zero", "GET / HTTP/01.1", .malformedRequestLine),
        line("a version without a minor one", "GET / HTTP/1", .malformedRequestLine),
        line("a version with a sign", "GET / HTTP/+1.1", .malformedRequestLine),
        line("another protocol", "GET / RTSP/1.0", .malformedRequestLine),
        HTTP1Sample(
            "HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2Preface, 505),
        HTTP1Sample(
            "a TLS handshake", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], .tlsOnPlaintext, 400),
        HTTP1Sample("another record type", [0x16, 0x41, 0x42], .malformedRequestLine, 400),
        HTTP1Sample("zeros without a line end", [0, 0, 0, 0], .malformedRequestLine, 400),
        HTTP1Sample("bytes beyond ASCII", [0xFF, 0xD8], .malformedRequestLine, 400),
        HTTP1Sample(
            "three blank lines first", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            .tooManyBlankLines, 400),
        HTTP1Sample("a bare LF first", "\nGET / HTTP/1.1\r\n", .bareLineFeed, 400),
        HTTP1Sample("a bare CR first", "\rGET / HTTP/1.1\r\n", .malformedRequestLine, 400),
        HTTP1Sample(
            "a request line that ends with LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", .bareLineFeed,
            400),
        HTTP1Sample(
            "a request line that ends with CR", "GET / HTTP/1.1\rHost: a\r\n\r\n",
            .malformedRequestLine, 400),
        HTTP1Sample(
            "a request line that ends with CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
            .malformedRequestLine, 400),
    ]

    static let targets: [HTTP1Sample] = [
        line("a target without a slash", "GET a HTTP/1.1", .malformedTarget),
        line("no target", "GET  HTTP/1.1", .malformedTarget),
        line("a fragment", "GET /a#b HTTP/1.1", .malformedTarget),
        line("a NUL in the target", "GET /a\0b HTTP/1.1", .malformedTarget),
        line("a tab in the target", "GET /a\tb HTTP/1.1", .malformedTarget),
        line("a CR in the target", "GET /a\rb HTTP/1.1", .malformedTarget),
        line("a DEL in the target", "GET /a\u{7F}b HTTP/1.1", .malformedTarget),
        line("raw UTF-8 in the target", "GET /é HTTP/1.1", .malformedTarget),
        line("markup in the target", "GET /<b> HTTP/1.1", .malformedTarget),
        line("an asterisk for another method", "GET * HTTP/1.1", .malformedTarget),
        line("two asterisks", "OPTIONS ** HTTP/1.1", .malformedTarget),
        line("an authority for another method", "GET a:443 HTTP/1.1", .malformedTarget),
        line("a plain absolute form", "GET http://a/ HTTP/1.1", .misdirectedScheme, 421),
        line("another scheme", "GET ftp://a/ HTTP/1.1", .malformedTarget),
        line("an absolute form without a host", "GET https:///b HTTP/1.1", .malformedTarget),
        line("an absolute form with a user", "GET https://u@a/ HTTP/1.1", .malformedTarget),
        line("a scheme without slashes", "GET https:a HTTP/1.1", .malformedTarget),
        line(
            "a target over the limit", "GET /" + String(repeating: "a", count: 2_048) + " HTTP/1.1",
            .targetTooLong, 414),
        line(
            "a target far over the limit",
            "GET /" + String(repeating: "a", count: 20_000) + " HTTP/1.1", .targetTooLong, 414),
    ]

    static let hosts: [HTTP1Sample] = [
        HTTP1Sample("no host", "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n", .missingHost, 400),
        HTTP1Sample(
            "an absolute form without a Host field", "GET https://a/ HTTP/1.1\r\n\r\n",
            .missingHost, 400),
        fields("two equal hosts", "Host: a", .repeatedHost),
        fields("two different hosts", "hOsT: b", .repeatedHost),
        HTTP1Sample(
            "two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost,
            400),
        HTTP1Sample(
            "a host other than the target's", "GET https://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
            .contradictoryHost, 400),
        HTTP1Sample(
            "a port other than the target's", "GET https://a:1/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .contradictoryHost, 400),
        host("an empty host", ""),
        host("a host with a path", "a/b"),
        host("a host with a user", "u@a"),
        host("two hosts in one", "a b"),
        host("a list of hosts", "a, b"),
        host("a host with a query", "a?b"),
        host("a host with a letter as port", "a:b"),
        host("a host with two ports", "a:1:2"),
        host("a host with a signed port", "a:+1"),
        host("a host with a long port", "a:123456"),
        host("a host with a port beyond all ports", "a:65536"),
        host("a port without a host", ":443"),
        host("a broken address", "[::1"),
        host("an address with a zone", "[fe80::1%25eth0]"),
        host("an address with a tail", "[::1]a"),
        host("brackets around a number", "[1]"),
        host("a host with a broken percent sign", "a%4"),
        host("a host beyond ASCII", "é"),
    ]

    private static func host(_ name: String, _ value: String) -> HTTP1Sample {
        HTTP1Sample(name, "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n", .malformedHost, 400)
    }

    static let names: [HTTP1Sample] = [
        fields("a space before the colon", "Content-Length : 5", .malformedFieldName),
        fields("a tab before the colon", "Transfer-Encoding\t: chunked", .malformedFieldName),
        fields("a space inside of a name", "Content Length: 5", .malformedFieldName),
        fields("a name without a colon", "Content-Length", .malformedFieldName),
        fields("an empty name", ": 5", .malformedFieldName),
        fields("a name that is no token", "a(b): c", .malformedFieldName),
        fields("a name with a byte beyond ASCII", "Contenté: c", .malformedFieldName),
        fields("a NUL in a name", "Host\0: b", .malformedFieldName),
        fields("a pseudo field", ":path: /b", .malformedFieldName),
        fields("a continued line", "X-A: b\r\n c", .foldedField),
        fields("a line continued by a tab", "X-A:\r\n\tb", .foldedField),
        fields(
            "a coding on a line of its own", "Transfer-Encoding:\r\n chunked",
            .unknownTransferCoding,
            501),
        fields("a line of nothing but a space", " ", .foldedField),
        HTTP1Sample(
            "white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            .foldedField, 400),
        fields("a field that ends with LF", "X-A: b\nX-B: c", .bareLineFeed),
        fields("a section that ends with LF LF", "X-A: b\n\n", .bareLineFeed),
        fields("a section that ends with CR LF LF", "X-A: b\r\n\nGET", .bareLineFeed),
        fields("a CR inside of a value", "X-A: b\rContent-Length: 5", .malformedFieldValue),
        fields("a CR at the end of a value", "X-A: b\r", .malformedFieldValue),
        fields("a NUL in a value", "X-A: b\0c", .malformedFieldValue),
        fields("an escape sequence in a value", "X-A: \u{1B}[2J", .malformedFieldValue),
        fields("a DEL in a value", "X-A: \u{7F}", .malformedFieldValue),
        fields(
            "a vertical tab before a value", "Transfer-Encoding: \u{B}chunked", .malformedFieldValue
        ),
        fields(
            "a field without an end", "X-A: " + String(repeating: "b", count: 20_000),
            .headersTooLarge, 431),
        fields(
            "too many fields", [String](repeating: "X-A: b", count: 101).joined(separator: "\r\n"),
            .headersTooLarge, 431),
        fields(
            "fields too large together",
            [String](repeating: "X-A: " + String(repeating: "b", count: 500), count: 40)
                .joined(separator: "\r\n"), .headersTooLarge, 431),
    ]

    static let lengths: [HTTP1Sample] = [
        fields(
            "two equal lengths", "Content-Length: 5\r\nContent-Length: 5", .repeatedContentLength),
        fields(
            "two different lengths", "Content-Length: 5\r\nContent-Length: 6",
            .repeatedContentLength),
        fields("a list of lengths", "Content-Length: 5, 5", .malformedContentLength),
        fields("an empty length", "Content-Length:", .malformedContentLength),
        fields("a length with a plus sign", "Content-Length: +5", .malformedContentLength),
        fields("a negative length", "Content-Length: -5", .malformedContentLength),
        fields("a hexadecimal length", "Content-Length: 0x5", .malformedContentLength),
        fields("a length with a fraction", "Content-Length: 5.0", .malformedContentLength),
        fields("a length with a space inside", "Content-Length: 5 5", .malformedContentLength),
        fields("a length with an underscore", "Content-Length: 1_0", .malformedContentLength),
        fields("a length in quotes", "Content-Length: \"5\"", .malformedContentLength),
        fields("a length in other digits", "Content-Length: ５", .malformedContentLength),
        fields(
            "a length beyond 63 bits", "Content-Length: 9223372036854775808",
            .contentLengthTooLarge, 413),
        fields(
            "a length that wraps around to 5", "Content-Length: 18446744073709551621",
            .contentLengthTooLarge, 413),
        fields(
            "a length before a coding", "Content-Length: 5\r\nTransfer-Encoding: chunked",
            .contradictoryFraming),
        fields(
            "a length after a coding", "Transfer-Encoding: chunked\r\nContent-Length: 5",
            .contradictoryFraming),
        fields(
            "a length of 0 beside a coding", "Content-Length: 0\r\nTransfer-Encoding: chunked",
            .contradictoryFraming),
    ]

    static let codings: [HTTP1Sample] = [
        fields(
            "two codings in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            .repeatedTransferEncoding),
        coding("two codings in one field", "chunked, chunked"),
        coding("another coding", "gzip"),
        coding("another coding before it", "gzip, chunked"),
        coding("another coding after it", "chunked, gzip"),
        coding("no coding by name", "identity"),
        coding("an empty coding", ""),
        coding("a coding with a parameter", "chunked;a=b"),
        coding("a coding with a prefix", "xchunked"),
        coding("a coding in quotes", "\"chunked\""),
        coding("a coding after a comma", ", chunked"),
        HTTP1Sample(
            "a coding in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .transferEncodingInHTTP10, 400),
        fields("another expectation", "Expect: 200-ok", .unknownExpectation, 417),
        fields("two expectations", "Expect: 100-continue, a", .unknownExpectation, 417),
        fields("an empty expectation", "Expect:", .unknownExpectation, 417),
    ]

    private static func coding(_ name: String, _ value: String) -> HTTP1Sample {
        fields(name, "Transfer-Encoding: \(value)", .unknownTransferCoding, 501)
    }

    static let bodies: [HTTP1Sample] = [
        chunks("a chunk without a size", "\r\na\r\n", .malformedChunkSize),
        chunks("a chunk size with 0x", "0x5\r\nabcde\r\n", .malformedChunkSize),
        chunks("a chunk size with a sign", "+5\r\nabcde\r\n", .malformedChunkSize),
        chunks("a negative chunk size", "-1\r\n", .malformedChunkSize),
        chunks("a space before a chunk size", " 5\r\nabcde\r\n", .malformedChunkSize),
        chunks("a space after a chunk size", "5 \r\nabcde\r\n", .malformedChunkSize),
        chunks("a tab before an extension", "5\t;a\r\nabcde\r\n", .malformedChunkSize),
        chunks("a chunk size of 17 digits", "00000000000000005\r\nabcde\r\n", .malformedChunkSize),
        chunks("a chunk size with an underscore", "1_0\r\n", .malformedChunkSize),
        chunks("a chunk size that ends with LF", "5\nabcde\r\n", .malformedChunkSize),
        chunks("a chunk size that ends with CR", "5\rabcde\r\n", .malformedChunkSize),
        chunks("a chunk size beyond 63 bits", "8000000000000000\r\n", .chunkTooLarge, 413),
        chunks("a chunk size that wraps around", "FFFFFFFFFFFFFFFF\r\n", .chunkTooLarge, 413),
        chunks("an extension that ends with LF", "5;a\nabcde\r\n", .malformedChunkExtension),
        chunks("a CR inside of an extension", "5;a\rb\r\nabcde\r\n", .malformedChunkSize),
        chunks("a NUL in an extension", "5;\0\r\nabcde\r\n", .malformedChunkExtension),
        chunks("an extension beyond ASCII", "5;é\r\nabcde\r\n", .malformedChunkExtension),
        chunks(
            "an extension without an end", "5;" + String(repeating: "a", count: 300),
            .chunkExtensionTooLong),
        chunks("a chunk longer than its size", "5\r\nabcdef\r\n", .malformedChunkEnd),
        chunks("a chunk shorter than its size", "5\r\nabc\r\n0\r\n\r\n", .malformedChunkEnd),
        chunks("a chunk that ends with LF", "5\r\nabcde\n0\r\n\r\n", .malformedChunkEnd),
        chunks("a chunk that ends with CR", "5\r\nabcde\r0\r\n\r\n", .malformedChunkEnd),
        chunks("two chunks without an end between", "1\r\na1\r\nb\r\n", .malformedChunkEnd),
    ]

    static let trailers: [HTTP1Sample] = [
        chunks("a length as trailer", "0\r\nContent-Length: 5\r\n\r\n", .forbiddenTrailer),
        chunks("a coding as trailer", "0\r\nTransfer-Encoding: chunked\r\n\r\n", .forbiddenTrailer),
        chunks("a host as trailer", "0\r\nHost: b\r\n\r\n", .forbiddenTrailer),
        chunks(
            "a connection option as trailer", "0\r\nConnection: close\r\n\r\n", .forbiddenTrailer),
        chunks("a broken trailer", "0\r\nGET / HTTP/1.1\r\n\r\n", .malformedFieldName),
        chunks("a continued trailer", "0\r\nA: b\r\n c\r\n\r\n", .foldedField),
        chunks("a trailer that ends with LF", "0\r\nA: b\n\r\n", .bareLineFeed),
        chunks("a last chunk that ends with LF", "0\r\n\n", .bareLineFeed),
        chunks("a control character in a trailer", "0\r\nA: \u{1}\r\n\r\n", .malformedFieldValue),
        chunks(
            "too many trailers", "0\r\n" + String(repeating: "A: b\r\n", count: 21) + "\r\n",
            .trailersTooLarge, 431),
        chunks(
            "a trailer without an end", "0\r\nA: " + String(repeating: "b", count: 5_000),
            .trailersTooLarge, 431),
    ]
}
