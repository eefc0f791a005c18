// Ranges, entity tags, and what they come to together.

import Testing

@testable import HTTP

@Suite struct ConditionTests {
    private func read(_ field: String, of length: Int) -> ByteRange.Request {
        ByteRange.read(Array(field.utf8).span, length: length)
    }

    @Test(
        "a range is a part of what is there",
        arguments: [
            ("bytes=0-0", 0, 0), ("bytes=0-9", 0, 9), ("bytes=3-5", 3, 5), ("bytes=9-", 9, 9),
            ("bytes=0-", 0, 9), ("bytes=5-100", 5, 9), ("bytes=-1", 9, 9), ("bytes=-10", 0, 9),
            ("bytes=-11", 0, 9), ("BYTES=1-2", 1, 2), ("bytes= 1-2 ", 1, 2), ("bytes=07-8", 7, 8),
            ("bytes=2-99999999999999999999999999", 2, 9),
            ("bytes=-99999999999999999999999999", 0, 9),
        ])
    func part(field: String, first: Int, last: Int) {
        #expect(read(field, of: 10) == .part(ByteRange(first: first, last: last)))
    }

    @Test(
        "what begins behind the end cannot be had",
        arguments: ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"])
    func unsatisfiable(field: String) {
        #expect(read(field, of: 10) == .unsatisfiable)
    }

    @Test(
        "what is not one range of bytes is as if it were not there",
        arguments: [
            "", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-4", "bytes=a-b", "bytes=0x1-2",
            "bytes=1-2,4-5", "bytes=0-0,", "bytes=--1", "bytes=1--2", "bytes=+1-2", "bytes=1 - 2",
            "bytes =0-1", "items=0-1", "0-1", "bytes=0-1-2", "bytes:0-1",
        ])
    func ignored(field: String) {
        #expect(read(field, of: 10) == .whole)
    }

    @Test("of nothing there is no part")
    func empty() {
        #expect(read("bytes=0-", of: 0) == .unsatisfiable)
        #expect(read("bytes=-5", of: 0) == .whole)
    }

    private static let tag = EntityTag("\"a\"")

    private func judge(
        _ fields: [(String, String)], method: String = "GET", length: Int? = 10
    ) -> Conditions.Verdict {
        let request = Request(
            method: method, target: "/", headers: fields.map { HeaderField($0.0, $0.1) })
        return Conditions.judge(request, tag: Self.tag, length: length)
    }

    @Test(
        "who has it already need not have it again",
        arguments: [
            ("\"a\"", true), ("\"b\" ,W/\"a\"", true), ("*", true), ("\"b\", * ", true),
            ("W/\"a\"", true), ("\"A\"", false), ("a", false), ("", false), (",,", false),
            ("W/", false), ("w/\"a\"", false),
        ])
    func notModified(field: String, isKnown: Bool) {
        for method in ["GET", "HEAD"] {
            let verdict = judge([("if-none-match", field)], method: method)
            #expect(verdict == (isKnown ? .notModified : .whole))
        }
    }

    @Test(
        "who wants exactly what it has seen is told when that is gone",
        arguments: [("\"a\"", false), ("*", false), ("\"b\"", true), ("W/\"a\"", true)])
    func failed(field: String, hasFailed: Bool) {
        #expect(judge([("if-match", field)]) == (hasFailed ? .failed : .whole))
    }

    @Test("a part is given when the rest that the client has is of the same")
    func ifRange() {
        let part = Conditions.Verdict.part(ByteRange(first: 2, last: 3))
        #expect(judge([("range", "bytes=2-3")]) == part)
        #expect(judge([("range", "bytes=2-3"), ("if-range", "\"a\"")]) == part)
        for other in ["\"b\"", "W/\"a\"", "Sun, 06 Nov 1994 08:49:37 GMT", "*", ""] {
            #expect(judge([("range", "bytes=2-3"), ("if-range", other)]) == .whole)
        }
        #expect(judge([("range", "bytes=10-"), ("if-range", "\"b\"")]) == .whole)
        #expect(judge([("range", "bytes=10-")]) == .unsatisfiable)
    }

    @Test("conditions go before ranges, and HEAD has no ranges")
    func precedence() {
        let range = ("range", "bytes=2-3")
        #expect(judge([range, ("if-none-match", "\"a\"")]) == .notModified)
        #expect(judge([range, ("if-match", "\"b\""), ("if-none-match", "\"a\"")]) == .failed)
        #expect(judge([range], method: "HEAD") == .whole)
        #expect(judge([range], length: nil) == .whole)
    }

    @Test(
        "gzip is for clients that say that they take it",
        arguments: [
            ("gzip", true), ("gzip, deflate, br, zstd", true), ("br;q=1.0, GZIP;q=0.5", true),
            ("*", true), ("deflate , gzip ; q=0.001", true), ("x-gzip", true), ("identity", false),
            ("", false), ("gzip;q=0", false), ("gzip;q=0.000, *", false), ("*;q=0", false),
            (",,;", false), ("gzip;x=1;Q=0.", false), ("*, gzip;q=0", false), (";", false),
        ])
    func gzip(field: String, isTaken: Bool) {
        #expect(AcceptEncoding.takesGzip(Array(field.utf8).span) == isTaken)
    }
}
