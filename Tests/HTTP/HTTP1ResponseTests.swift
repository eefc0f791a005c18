// The header section of a response, as text.

import Testing

@testable import HTTP

struct HTTP1ResponseTests {
    private func text(
        status: Int = 200, headers: [HeaderField] = [],
        framing: HTTP1Response.Framing = .none, connection: String? = nil, date: String? = nil
    ) -> String {
        let response = HTTP1Response(
            status: status, headers: headers, framing: framing, connection: connection, date: date)
        return String(decoding: response.text, as: UTF8.self)
    }

    @Test("it is a status line, fields, an empty line")
    func shape() {
        let made = text(
            status: 404, headers: [HeaderField("content-type", "text/plain")],
            framing: .length(12), connection: "close", date: "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(
            made == "HTTP/1.1 404 Not Found\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "content-type: text/plain\r\ncontent-length: 12\r\nconnection: close\r\n\r\n")
    }

    @Test("framing is a length, chunks, or neither")
    func framing() {
        #expect(text(framing: .length(0)).contains("\r\ncontent-length: 0\r\n"))
        #expect(text(framing: .chunked).contains("\r\ntransfer-encoding: chunked\r\n"))
        #expect(text(framing: .none) == "HTTP/1.1 200 OK\r\n\r\n")
        #expect(text(framing: .untilClose) == "HTTP/1.1 200 OK\r\n\r\n")
    }

    @Test("a line break in a value does not begin another field")
    func injection() {
        let made = text(headers: [HeaderField("location", "/a\r\nset-cookie: b\n\r")])
        #expect(made == "HTTP/1.1 200 OK\r\nlocation: /aset-cookie: b\r\n\r\n")
    }

    @Test(
        "every status has words, also those without a name here",
        arguments: [(100, "Continue"), (308, "Permanent Redirect"), (299, "OK"), (599, "Error")])
    func reasons(status: Int, words: String) {
        #expect(text(status: status).hasPrefix("HTTP/1.1 \(status) \(words)\r\n"))
    }

    @Test("every refusal of the parser has words")
    func refusals() {
        for failure in HTTP1Failure.allCases {
            let line = text(status: failure.problem.status).prefix { $0 != "\r\n" }
            #expect(!line.hasSuffix(" Error"), "\(failure): \(line)")
        }
    }
}
