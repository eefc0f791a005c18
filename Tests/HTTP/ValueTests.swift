// The values that need no connection: requests, header blocks, problems, dates, remainders.

import Testing
import Text

@testable import HTTP

struct ValueTests {
    @Test("a request gives back what its header section said")
    func request() {
        let request = Request(
            method: "POST", authority: "example.org:8443", target: "/a?b=%20",
            headers: [
                HeaderField("content-length", "12"), HeaderField("x-empty", ""),
                HeaderField("cookie", "a=1"), HeaderField("cookie", "b=2"),
                HeaderField("x-twice", "1"), HeaderField("x-twice", "2"),
            ], hasBody: true)
        #expect(request.method == "POST")
        #expect(request.scheme == "https")
        #expect(request.authority == "example.org:8443")
        #expect(request.target == "/a?b=%20")
        #expect(request.contentLength == 12)
        #expect(request.header("x-empty") == "")
        #expect(request.header("x-twice") == "1")
        #expect(request.header("cookie") == "a=1; b=2")
        #expect(request.header("missing") == nil)
        #expect(request.headers.count == 6)
        #expect(!request.isHead)
    }

    @Test("without an authority the host field counts")
    func host() {
        let headers = [HeaderField("host", "example.org")]
        #expect(
            Request(method: "GET", authority: "", target: "/", headers: headers).authority
                == "example.org")
    }

    @Test("a problem is a JSON document whose strings are escaped")
    func problem() {
        let problem = Problem(
            status: 400, slug: "bad", title: "Say \"hi\"\\", detail: "a\nb\u{1}é",
            members: [JSONMember("limit", .integer(3)), JSONMember("name", .string("x"))])
        let json = String(decoding: problem.body(requestID: nil), as: UTF8.self)
        #expect(
            json == """
                {"type":"/problems/bad","title":"Say \\"hi\\"\\\\","status":400,\
                "detail":"a\\nb\\u0001é","limit":3,"name":"x"}
                """)
        #expect(problem.fields.contains(HeaderField("content-type", "application/problem+json")))
    }

    @Test(
        "dates have the fixed form of HTTP",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        ])
    func date(_ seconds: UInt64, _ text: String) {
        #expect(HTTPDate.format(unixSeconds: seconds) == text)
    }

    @Test("a week has its days in order")
    func week() {
        // The example of the RFC was a Sunday.
        let names = (0..<7).map { day in
            HTTPDate.format(unixSeconds: 784_111_777 + day * 86_400).prefix(3)
        }
        #expect(names == ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"])
    }

    @Test("a remainder gives its bytes back in order, however they are taken")
    func remainder() {
        let remainder = Remainder()
        var taken: [UInt8] = []
        for round in 0..<3 {
            let bytes = (0..<10).map { UInt8(round * 10 + $0) }
            bytes.withUnsafeBytes { remainder.append($0.baseAddress!, count: $0.count) }
            remainder.consume { bytes in
                taken += Array(bytes.prefix(7))
                return min(7, bytes.count)
            }
        }
        #expect(remainder.count == 9)
        while !remainder.isEmpty {
            remainder.consume { bytes in
                taken += Array(bytes.prefix(2))
                return min(2, bytes.count)
            }
        }
        #expect(taken == (0..<30).map { UInt8($0) })
    }

    @Test("fields beyond the limits are noted, not stored")
    func limits() {
        let limits = HTTPLimits()
        let headers = IncomingHeaders(sinceMs: 0, limits: limits)
        let path = [UInt8](repeating: 0x61, count: limits.targetBytes + 1)
        let taken = headers.append(name: Array(":path".utf8).span, value: path.span)
        #expect(taken)
        #expect(headers.problem == .targetTooLong)
        #expect(headers.block.fieldCount == 0)
        let bomb = IncomingHeaders(sinceMs: 0, limits: limits)
        var fields = 0
        let name = Array("x".utf8)
        while bomb.append(name: name.span, value: name.span) { fields += 1 }
        #expect(bomb.problem == .headersTooLarge)
        #expect(bomb.block.fieldCount == limits.headerFields)
        #expect(fields == 4 * limits.headerFields)
    }
}
