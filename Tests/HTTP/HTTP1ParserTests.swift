// What the parser takes, and what comes of it.

import Testing

@testable import HTTP

struct HTTP1ParserTests {
    private func only(_ text: String, isSecure: Bool = true) throws -> HTTP1Transcript.Request {
        let transcript = HTTP1Transcript(text, isSecure: isSecure)
        #expect(transcript.failure == nil)
        #expect(transcript.requests.count == 1)
        let request = try #require(transcript.requests.first)
        #expect(request.end == text.utf8.count)
        return request
    }

    @Test("a browser's request becomes what HTTP/2 would have brought")
    func browser() throws {
        let request = try only(
            "GET /alice/live?start=-10 HTTP/1.1\r\nHost: example.org:8443\r\n"
                + "Connection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11)\r\nAccept:*/*\r\n"
                + "Cookie: \t a=1; b=\"2\" \t\r\nX-Empty:\r\nTE: trailers\r\n\r\n")
        #expect(request.method == "GET")
        #expect(request.scheme == "https")
        #expect(request.authority == "example.org:8443")
        #expect(request.target == "/alice/live?start=-10")
        #expect(request.version == .v11)
        #expect(request.framing == .none)
        #expect(request.persists)
        #expect(!request.expectsContinue)
        #expect(
            request.fields == [
                HeaderField("user-agent", "Mozilla/5.0 (X11)"), HeaderField("accept", "*/*"),
                HeaderField("cookie", "a=1; b=\"2\""), HeaderField("x-empty", ""),
                HeaderField("te", "trailers"),
            ])
    }

    @Test("fields about the connection end with it")
    func hopByHop() throws {
        let request = try only(
            "POST / HTTP/1.1\r\nconnection: Upgrade, HTTP2-Settings\r\nUPGRADE: h2c\r\n"
                + "Keep-Alive: timeout=5\r\nProxy-Connection: close\r\nTE: gzip\r\n"
                + "Transfer-Encoding: Chunked\r\nX-Kept: 1\r\nHOST: a\r\n\r\n0\r\n\r\n")
        #expect(request.fields == [HeaderField("x-kept", "1")])
        #expect(request.framing == .chunked)
        #expect(request.persists)
    }

    @Test("bytes beyond ASCII in values are passed on")
    func opaque() throws {
        let request = try only("GET / HTTP/1.1\r\nHost: a\r\nX-Name: Zoë\r\n\r\n")
        #expect(request.fields == [HeaderField("x-name", "Zoë")])
    }

    @Test(
        "targets have three forms",
        arguments: [
            ("GET /", "https", "a", "/"),
            (
                "GET /a%00%zz/..;x=1//b?c=/?d{|}^`\\", "https", "a",
                "/a%00%zz/..;x=1//b?c=/?d{|}^`\\"
            ),
            ("OPTIONS *", "https", "a", "*"),
            ("OPTIONS /b", "https", "a", "/b"),
            ("GET https://a/b?c", "https", "a", "/b?c"),
            ("GET HTTPS://A/b", "https", "A", "/b"),
            ("GET https://a", "https", "a", "/"),
            ("GET https://a?b=/c", "https", "a", "/?b=/c"),
            ("OPTIONS https://a", "https", "a", "*"),
            ("OPTIONS https://a/", "https", "a", "/"),
            ("FROBNICATE /", "https", "a", "/"),
        ])
    func targets(line: String, scheme: String, authority: String, path: String) throws {
        let request = try only("\(line) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(request.scheme == scheme)
        #expect(request.authority == authority)
        #expect(request.target == path)
    }

    @Test(
        "without TLS a request is plain unless its target says otherwise",
        arguments: [
            ("/b", "http", "/b"), ("http://a/b", "http", "/b"), ("https://a/b", "https", "/b"),
            ("HTTP://a", "http", "/"),
        ])
    func plain(target: String, scheme: String, path: String) throws {
        let request = try only("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", isSecure: false)
        #expect(request.scheme == scheme)
        #expect(request.target == path)
    }

    @Test(
        "hosts are names or addresses, with or without a port",
        arguments: [
            "example.org", "EXAMPLE.org:8443", "127.0.0.1", "localhost:1", "[::1]", "[::1]:8443",
            "[::ffff:127.0.0.1]:65535", "xn--bcher-kva.example", "a_b~c", "a%C3%A9", "a:",
        ])
    func hosts(host: String) throws {
        #expect(try only("GET / HTTP/1.1\r\nHost:\(host)\r\n\r\n").authority == host)
    }

    @Test("an HTTP/1.0 client may leave out the host")
    func oldClient() throws {
        let request = try only("GET /alice/live HTTP/1.0\r\n\r\n")
        #expect(request.version == .v10)
        #expect(request.authority == "")
        #expect(try only("GET https://b/ HTTP/1.0\r\n\r\n").authority == "b")
    }

    @Test(
        "connections persist as their version and options say",
        arguments: [
            ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
            ("HTTP/1.1", "Connection: a ,, CLOSE\r\n", false),
            ("HTTP/1.1", "Connection: closed\r\n", true),
            ("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false),
            ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
            ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
        ])
    func persistence(version: String, field: String, persists: Bool) throws {
        #expect(try only("GET / \(version)\r\nHost: a\r\n\(field)\r\n").persists == persists)
    }

    @Test(
        "only who can wait for 100 (Continue) expects it",
        arguments: [
            (
                "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\nab",
                true
            ),
            (
                "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n"
                    + "\r\n0\r\n\r\n", true
            ),
            ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", false),
            (
                "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
                false
            ),
            ("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab", false),
        ])
    func expectation(text: String, expects: Bool) throws {
        let request = try only(text)
        #expect(request.expectsContinue == expects)
        #expect(request.fields.contains { $0.name == "expect" } == expects)
    }

    @Test("a body has the length that was said")
    func length() throws {
        let request = try only(
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0005 \r\n\r\n\r\n\0a\n")
        #expect(request.framing == .length(5))
        #expect(request.body == [0x0D, 0x0A, 0x00, 0x61, 0x0A])
        let empty = try only("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        #expect(empty.framing == .length(0))
    }

    @Test("chunks are put together, extensions and trailers left out")
    func chunks() throws {
        let request = try only(
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "5\r\nhello\r\n1;a=\"b c\";d\r\n,\r\n0000000000000006\r\n world\r\n"
                + "a\r\n\r\n0\r\n\r\nab!\r\n00;last\r\nX-Sum: 1\r\nX-More:\r\n\r\n")
        #expect(String(decoding: request.body, as: UTF8.self) == "hello, world\r\n0\r\n\r\nab!")
        #expect(request.fields == [HeaderField("trailer", "X-Sum")])
    }

    @Test("requests follow one another at once, and blank lines may stand between")
    func pipelined() {
        let first =
            "PUT /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        let second = "\r\n\r\nPUT /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nGET"
        let third = "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
        let transcript = HTTP1Transcript(first + second + third)
        #expect(transcript.failure == nil)
        #expect(transcript.requests.map(\.target) == ["/1", "/2", "/3"])
        #expect(transcript.requests.map { $0.body.count } == [1, 3, 0])
        let ends = [first, first + second, first + second + third].map(\.utf8.count)
        #expect(transcript.requests.map(\.end) == ends)
    }

    @Test("an event consumes nothing that belongs to the next one")
    func frugal() {
        var parser = HTTP1Parser(limits: HTTPLimits())
        let head = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        let bytes = head + head
        var position = 0
        guard case .head = parser.next(in: bytes.span, from: &position) else {
            return #expect(Bool(false), "a head")
        }
        #expect(position == head.count)
        // The end needs no bytes, and may be asked for without any.
        var nowhere = 0
        guard case .end = parser.next(in: Span(), from: &nowhere) else {
            return #expect(Bool(false), "an end")
        }
        guard case .needsMore = parser.next(in: Span(), from: &nowhere) else {
            return #expect(Bool(false), "nothing")
        }
        guard case .head = parser.next(in: bytes.span, from: &position) else {
            return #expect(Bool(false), "another head")
        }
        #expect(position == bytes.count)
    }

    @Test(
        "the header section is open from its first byte to its last",
        arguments: [
            ("", false), ("\r", false), ("\r\n", false), ("\r\n\r\n\r", false), ("G", true),
            ("\r\nG", true), ("GET / HTTP/1.1\r", true), ("GET / HTTP/1.1\r\n", true),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r", true), ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", false),
            ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab", false),
            ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nabc", true),
        ])
    func openHead(text: String, isOpen: Bool) {
        #expect(HTTP1Transcript(text).isInsideHead == isOpen)
    }

    @Test("what is exactly at the limits is taken")
    func limits() throws {
        var limits = HTTPLimits()
        limits.headerFields = 3
        limits.headerBytes = 39
        limits.targetBytes = 4
        limits.trailerBytes = 5
        limits.chunkExtensionBytes = 3
        let fields = "Host: a\r\nX: " + String(repeating: "b", count: 4) + "\r\n"
        let head = "PUT /abc HTTP/1.1\r\n\(fields)Transfer-Encoding:chunked\r\n\r\n"
        let text = head + "1;abc\r\nx\r\n0\r\nA:bcd\r\n\r\n"
        #expect(HTTP1Transcript(text, limits: limits).failure == nil)
        #expect(HTTP1Transcript(text, limits: limits).requests.first?.end == text.utf8.count)
        limits.headerBytes = 38
        #expect(HTTP1Transcript(text, limits: limits).failure == .headersTooLarge)
        limits.headerBytes = 39
        limits.trailerBytes = 4
        #expect(HTTP1Transcript(text, limits: limits).failure == .trailersTooLarge)
        limits.trailerBytes = 5
        limits.chunkExtensionBytes = 2
        #expect(HTTP1Transcript(text, limits: limits).failure == .chunkExtensionTooLong)
        limits.targetBytes = 3
        #expect(HTTP1Transcript(text, limits: limits).failure == .targetTooLong)
    }
}
