// What a table of routes answers by itself, and whom it asks.

import FakeExchange
import Testing

@testable import HTTP

@Suite struct RouteTableTests {
    /// What has been called, with its parameters.
    private final class Calls {
        var made: [String] = []
    }

    private let calls = Calls()
    private static let studio = "https://studio.example"

    private func note(_ name: String) -> Route.Handler {
        { [calls] exchange in
            calls.made.append("\(name) \(exchange.parameter(0)) \(exchange.request.query)")
            exchange.respond(status: 200, headers: [], body: .none)
        }
    }

    private func table() -> RouteTable {
        RouteTable(
            [
                Route("watch", "/{name}/live", readers: .everyPage, [.get: note("watch")]),
                Route(
                    "publish", "/{name}/live", readers: .everyPage, takesEndlessBody: true,
                    [.post: note("publish"), .put: note("publish")]),
                Route("me", "/api/me", [.get: note("me"), .delete: note("remove")]),
                Route("out", "/logout", [.post: note("out")]),
            ], crossOrigin: CrossOrigin(origins: [Self.studio]),
            number: { ["watch": 1, "publish": 2, "me": 3, "out": 4][$0] ?? 0 },
            meaning: { request in
                switch request.target {
                case "/%61nn/live?a=1": .target("/ann/live?a=1")
                case "/ann/live/": .elsewhere("/ann/live")
                default: .asSent
                }
            }, nothing: note("nothing"))
    }

    /// The answer; nil when there was none.
    private func ask(
        _ method: String, _ target: String, _ headers: [(String, String)] = []
    ) -> (status: Int, fields: [String: String])? {
        let fake = FakeExchange(
            Request(
                method: method, target: target, headers: headers.map { HeaderField($0.0, $0.1) }))
        table().begin(fake.exchange)
        fake.close(.completed)
        guard let head = fake.answer else { return nil }
        let fields = head.headers.map { ($0.name, $0.value) }
        return (head.status, Dictionary(fields, uniquingKeysWith: { "\($0), \($1)" }))
    }

    @Test(
        "a request comes to the handler of its path and method",
        arguments: [
            ("GET", "/ann/live?x", "watch ann x"), ("HEAD", "/ann/live", "watch ann "),
            ("POST", "/ann/live", "publish ann "), ("GET", "/api/me", "me  "),
            ("DELETE", "/api/me?y=1", "remove  y=1"), ("GET", "/nowhere", "nothing  "),
            ("PATCH", "/nowhere", "nothing  "), ("GET", "*", "nothing  "),
            ("GET", "/%61nn/live?a=1", "watch ann a=1"), ("GET", "/%62/live", "watch %62 "),
        ])
    func handlers(method: String, target: String, call: String) {
        #expect(ask(method, target)?.status == 200)
        #expect(calls.made == [call])
    }

    @Test(
        "a request counts for the route that takes it, or for the first one that is there",
        arguments: [
            ("GET", "/ann/live", 1), ("HEAD", "/ann/live", 1), ("PUT", "/ann/live", 2),
            ("DELETE", "/ann/live", 1), ("OPTIONS", "/logout", 4), ("ODD", "/logout", 4),
            ("GET", "/nowhere", 0), ("OPTIONS", "*", 0), ("GET", "/%61nn/live?a=1", 1),
        ])
    func numbers(method: String, target: String, number: Int) {
        let fake = FakeExchange(Request(method: method, target: target))
        table().begin(fake.exchange)
        #expect(fake.exchange.routeNumber == number)
        fake.close(.completed)
    }

    @Test("what is there under another address is said to be there")
    func elsewhere() {
        let answer = ask("GET", "/ann/live/")
        #expect(answer?.status == 308)
        #expect(answer?.fields["location"] == "/ann/live")
        #expect(calls.made == [])
    }

    @Test(
        "a method that is not there is refused with those that are",
        arguments: [
            ("PATCH", "/ann/live", "GET, HEAD, POST, PUT, OPTIONS"),
            ("get", "/ann/live", "GET, HEAD, POST, PUT, OPTIONS"),
            ("DELETE", "/ann/live", "GET, HEAD, POST, PUT, OPTIONS"),
            ("POST", "/api/me", "GET, HEAD, DELETE, OPTIONS"),
            ("GET", "/logout", "POST, OPTIONS"), ("HEAD", "/logout", "POST, OPTIONS"),
        ])
    func refused(method: String, target: String, allow: String) {
        let answer = ask(method, target)
        #expect(answer?.status == 405)
        #expect(answer?.fields["allow"] == allow)
        #expect(calls.made == [])
    }

    @Test(
        "OPTIONS says what there is, and of the whole server for an asterisk",
        arguments: [
            ("/ann/live", "GET, HEAD, POST, PUT, OPTIONS"), ("/logout", "POST, OPTIONS"),
            ("*", "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
        ])
    func options(target: String, allow: String) {
        let answer = ask("OPTIONS", target)
        #expect(answer?.status == 204)
        #expect(answer?.fields["allow"] == allow)
        #expect(calls.made == [])
    }

    @Test(
        "pages of any origin may read what is for every page, and those that are named may do more")
    func preflight() {
        func preflight(_ target: String, _ origin: String, _ method: String) -> String? {
            ask(
                "OPTIONS", target,
                [("origin", origin), ("access-control-request-method", method)])?
                .fields["access-control-allow-methods"]
        }
        let stranger = "https://stranger.example"
        #expect(preflight("/ann/live", stranger, "GET") == "GET, HEAD")
        #expect(preflight("/ann/live", stranger, "POST") == nil)
        #expect(preflight("/ann/live", Self.studio, "POST") == "GET, HEAD, POST, PUT, OPTIONS")
        #expect(preflight("/api/me", Self.studio, "GET") == nil)
        #expect(preflight("/api/me", stranger, "GET") == nil)
    }

    @Test("a refusal can be read by those who may ask, and by nobody else")
    func refusalAcrossOrigins() {
        let origin = [("origin", Self.studio)]
        let allowed = ask("PATCH", "/ann/live", origin)
        #expect(allowed?.fields["access-control-allow-origin"] == Self.studio)
        #expect(allowed?.fields["vary"] == "origin")
        #expect(ask("PATCH", "/api/me", origin)?.fields["access-control-allow-origin"] == nil)
    }
}
