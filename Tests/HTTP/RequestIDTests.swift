// Names of requests: ours, those of proxies, and where a client finds them.

import FakeExchange
import Foundation
import Testing

@testable import HTTP

struct RequestIDTests {
    @Test("requests of one process have different names")
    func own() {
        let names = (1...20 as ClosedRange<UInt64>).flatMap { connection in
            (1...20 as ClosedRange<UInt32>).map {
                RequestID.own(connectionID: connection, number: $0)
            }
        }
        #expect(Set(names).count == 400)
        for name in names {
            #expect(name.wholeMatch(of: /[0-9a-z]{8}-[0-9a-z]+-[0-9a-z]+/) != nil)
        }
    }

    @Test(
        "a proxy's name is taken if it can stand in every log",
        arguments: [
            ("7f3c1c52-8d0e-4c4e-9c0f-0a5d3f6e1b2a", true), ("a", true),
            ("Root=1-6789:x/y+z._", true),
            (String(repeating: "a", count: 80), true), (String(repeating: "a", count: 81), false),
            ("", false), ("a b", false), ("a\"b", false), ("a\nb", false), ("é", false),
            ("a,b", false), ("<script>", false), ("a;b", false),
        ])
    func given(name: String, isTaken: Bool) {
        #expect(RequestID.given(Array(name.utf8).span) == (isTaken ? name : nil))
    }

    private func fake(_ name: String, isOfProxy: Bool) -> FakeExchange {
        let fake = FakeExchange(
            Request(method: "GET", target: "/", headers: [HeaderField("x-request-id", name)]))
        fake.exchange.isOfProxy = isOfProxy
        return fake
    }

    @Test("the name that a request brings counts only if a proxy sent it, and if it is well formed")
    func trusted() {
        #expect(fake("abc", isOfProxy: true).exchange.requestID == "abc")
        #expect(fake("abc", isOfProxy: false).exchange.requestID != "abc")
        #expect(fake("a bc", isOfProxy: true).exchange.requestID.hasSuffix("-1-0"))
    }

    @Test("a problem names its request in the document and in a field")
    func problem() throws {
        let fake = FakeExchange(Request(method: "GET", target: "/"))
        fake.exchange.respond(.requestTimeout)
        let body = try #require(fake.readAll())
        let document = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        #expect(document?["requestId"] as? String == fake.exchange.requestID)
        #expect(fake.field("x-request-id") == fake.exchange.requestID)
        fake.close(.completed)
    }

    @Test("what succeeds is not named when nobody asked for that")
    func success() {
        let fake = FakeExchange(Request(method: "GET", target: "/"))
        fake.exchange.respond(status: 200, headers: [], body: .bytes([1]))
        #expect(fake.field("x-request-id") == nil)
        fake.close(.completed)
    }

    @Test(
        "a path is logged without what could be a secret",
        arguments: [
            ("/alice/live", "/alice/live"), ("/", "/"), ("//a//", "//a//"),
            ("/alice/live/weir_" + String(repeating: "k", count: 43), "/alice/live/***"),
            ("/" + String(repeating: "s", count: 43) + "/live", "/***/live"),
            (
                "/" + String(repeating: "n", count: 32) + "/live",
                "/" + String(repeating: "n", count: 32) + "/live"
            ),
        ])
    func path(sent: String, logged: String) {
        let request = Request(method: "GET", target: sent + "?key=weir_secret")
        #expect(request.loggablePath == logged)
    }
}
