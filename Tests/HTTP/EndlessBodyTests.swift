// Requests whose body ends with the connection: what Icecast's source clients send. Whatever follows such
// a head is its body, and never a request.

import Testing

@testable import HTTP

@Suite struct EndlessBodyTests {
    private static let second = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(
        "what source clients send has a body to the end of the connection",
        arguments: [
            // libshout, after it has been told that there is PUT
            "PUT /a/live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
            // Liquidsoap
            "PUT /a/live HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
            "PUT /a/live HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n",
            // ffmpeg
            "PUT /a/live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            "POST /a/live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        ])
    func upload(head: String) {
        check(head, waitsFor200: false)
    }

    @Test(
        "so has SOURCE, and its clients wait for 200",
        arguments: [
            // libshout's first question
            "SOURCE /a/live HTTP/1.0\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n",
            "SOURCE /a/live HTTP/1.0\r\nContent-Type: video/webm\r\n\r\n",
            "SOURCE /a/live HTTP/1.1\r\nHost: a\r\n\r\n",
            "SOURCE /a/live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        ])
    func source(head: String) {
        check(head, waitsFor200: true)
    }

    private func check(_ head: String, waitsFor200: Bool) {
        let transcript = HTTP1Transcript(head + Self.second)
        #expect(transcript.failure == nil)
        #expect(transcript.requests.count == 1)
        let request = transcript.requests[0]
        #expect(request.framing == .untilClose)
        #expect(!request.persists)
        #expect(request.expectsContinue == !waitsFor200)
        #expect(request.expectsAcceptance == waitsFor200)
        #expect(request.end == nil)
        #expect(request.body == Array(Self.second.utf8))
    }

    @Test(
        "no other request without a length has a body",
        arguments: [
            "PUT / HTTP/1.1\r\nHost: a\r\n\r\n",
            "PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "PUT / HTTP/1.0\r\n\r\n", "POST / HTTP/1.0\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            "DELETE / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
            "source / HTTP/1.0\r\n\r\n", "SOURCES / HTTP/1.0\r\n\r\n",
        ])
    func noBody(text: String) {
        let transcript = HTTP1Transcript(text)
        #expect(transcript.requests.map(\.framing) == [.none])
        #expect(!transcript.requests[0].expectsAcceptance)
        #expect(transcript.requests[0].end == text.utf8.count)
    }

    @Test(
        "a length or chunks are what they are, for SOURCE, too",
        arguments: [
            ("Content-Length: 2\r\n\r\nab", BodyFraming.length(2)),
            ("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", .chunked),
        ])
    func framed(rest: String, framing: BodyFraming) {
        for method in ["SOURCE", "PUT"] {
            let head = "\(method) /a/live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            let transcript = HTTP1Transcript(head + rest + Self.second)
            #expect(transcript.requests.map(\.framing) == [framing, .none])
            #expect(!transcript.requests[0].expectsAcceptance)
            #expect(transcript.requests[0].body == Array("ab".utf8))
        }
    }

    @Test(
        "HTTP without TLS is told so, but for the questions that only silence answers",
        arguments: [
            ("OPTIONS * HTTP/1.1\r\n", true), ("GET /admin/!POKE HTTP/1.1\r\n", true),
            ("GET / HTTP/1.1\r\n", false), ("OPTIONS /a HTTP/1.1\r\n", false), ("G", false),
        ])
    func plaintext(text: String, wantsSilence: Bool) {
        let bytes = Array(text.utf8)
        let head = PlaintextHead(bytes.span)
        #expect(head?.wantsSilence == wantsSilence)
    }

    @Test("a TLS handshake is none of these")
    func handshake() {
        let bytes: [UInt8] = [0x16, 0x03, 0x01]
        let head = PlaintextHead(bytes.span)
        #expect(head == nil)
    }
}
