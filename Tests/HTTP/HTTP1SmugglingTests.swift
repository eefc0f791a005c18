// What the parser refuses, and that a refusal is an answer and the end.

import Testing

@testable import HTTP

struct HTTP1SmugglingTests {
    @Test("what could be understood in two ways is refused", arguments: HTTP1Sample.all)
    func refusal(sample: HTTP1Sample) throws {
        let transcript = HTTP1Transcript([sample.bytes[...]])
        #expect(transcript.failure == sample.failure)
        #expect(sample.failure.status == sample.status)
        #expect(!transcript.isInsideHead)
    }

    @Test("a refused body has let no other request through", arguments: HTTP1Sample.all)
    func nothingBehind(sample: HTTP1Sample) {
        #expect(HTTP1Transcript([sample.bytes[...]]).requests.allSatisfy { $0.end == nil })
    }

    @Test("the same is refused behind another request", arguments: HTTP1Sample.all)
    func pipelined(sample: HTTP1Sample) {
        let first = Array("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab".utf8)
        let transcript = HTTP1Transcript([(first + sample.bytes)[...]])
        #expect(transcript.failure == sample.failure)
        #expect(transcript.requests.first?.end == first.count)
    }

    @Test("every kind of failure has a sample", arguments: HTTP1Failure.allCases)
    func complete(failure: HTTP1Failure) {
        #expect(HTTP1Sample.all.contains { $0.failure == failure })
    }

    @Test("no two samples have the same name")
    func names() {
        #expect(Set(HTTP1Sample.all.map(\.testDescription)).count == HTTP1Sample.all.count)
        #expect(HTTP1Sample.all.count >= 60)
    }

    @Test("a failure is final, whatever comes after it")
    func final() {
        var parser = HTTP1Parser(limits: HTTPLimits())
        var position = 0
        let broken = Array("GET  / HTTP/1.1\r\n".utf8)
        guard case .failure(.malformedRequestLine) = parser.next(in: broken.span, from: &position)
        else { return #expect(Bool(false), "it is refused") }
        position = 0
        let fine = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for _ in 0..<3 {
            guard case .failure(.malformedRequestLine) = parser.next(in: fine.span, from: &position)
            else { return #expect(Bool(false), "it stays refused") }
        }
        #expect(position == 0)
    }

    @Test("a failure is a problem with a slug of its own", arguments: HTTP1Failure.allCases)
    func problem(failure: HTTP1Failure) {
        let problem = failure.problem
        #expect(problem.status == failure.status)
        #expect(problem.slug == failure.rawValue || failure == .targetTooLong)
        #expect(!problem.title.isEmpty && !problem.title.hasSuffix("."))
        #expect(failure.detail.hasSuffix("."))
        #expect(400..<600 ~= failure.status)
    }
}
