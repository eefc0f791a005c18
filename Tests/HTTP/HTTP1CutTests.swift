// What comes out does not depend on how the bytes were cut: a network cuts where it likes.

import Testing

@testable import HTTP

/// Three requests with everything that has states in the parser.
private let conversation = Array(
    ("\r\nPOST /1 HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n"
        + "Expect: 100-continue\r\n\r\n5;a=b\r\nhello\r\n10\r\n, wide old world\r\n0\r\n"
        + "X-Sum: 1\r\nX-More: 2\r\n\r\n\r\n\r\n"
        + "PUT https://example.org/2 HTTP/1.1\r\nHost: EXAMPLE.org\r\nX-A: \t b \r\n"
        + "Content-Length: 9\r\n\r\nGET / HTT\r\n"
        + "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").utf8)

struct HTTP1CutTests {
    @Test("the conversation is what it should be")
    func whole() {
        let transcript = HTTP1Transcript([conversation[...]])
        #expect(transcript.failure == nil)
        #expect(transcript.requests.map(\.target) == ["/1", "/2", "*"])
        #expect(transcript.requests.map(\.body.count) == [21, 9, 0])
        #expect(transcript.requests.last?.end == conversation.count)
    }

    @Test("every cut in two gives the same, and what was seen before the cut is its beginning")
    func everyCut() {
        let whole = HTTP1Transcript([conversation[...]])
        for cut in 0...conversation.count {
            let pieces = [conversation[..<cut], conversation[cut...]]
            #expect(HTTP1Transcript(pieces) == whole, "cut at \(cut)")
            let half = HTTP1Transcript([conversation[..<cut]])
            #expect(half.failure == nil)
            let complete = half.requests.filter { $0.end != nil }
            #expect(complete == Array(whole.requests.prefix(complete.count)))
        }
    }

    @Test("byte by byte gives the same")
    func bytes() {
        let pieces = conversation.indices.map { conversation[$0...$0] }
        #expect(HTTP1Transcript(pieces) == HTTP1Transcript([conversation[...]]))
    }

    @Test("every cut of every sample is refused for the same reason", arguments: HTTP1Sample.all)
    func samples(sample: HTTP1Sample) {
        let whole = HTTP1Transcript([sample.bytes[...]])
        // Long samples are long by repetition: their first and last cuts are all there is to try.
        let cuts = (0...sample.bytes.count).filter { $0 < 200 || $0 > sample.bytes.count - 50 }
        for cut in cuts {
            let pieces = [sample.bytes[..<cut], sample.bytes[cut...]]
            #expect(HTTP1Transcript(pieces) == whole, "cut at \(cut)")
        }
        for seed in 0..<UInt32(5) {
            let pieces = randomPieces(of: sample.bytes, longest: seed == 0 ? 1 : 40, seed: seed)
            #expect(HTTP1Transcript(pieces) == whole, "seed \(seed)")
        }
    }

    @Test("random cuts give the same", arguments: 0..<UInt32(200))
    func random(seed: UInt32) {
        let pieces = randomPieces(of: conversation, longest: Int(seed % 60) + 1, seed: seed)
        #expect(HTTP1Transcript(pieces) == HTTP1Transcript([conversation[...]]))
    }
}
