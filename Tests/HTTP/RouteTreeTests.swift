// Which route a target belongs to.

import Testing

@testable import HTTP

@Suite struct RouteTreeTests {
    private static let patterns = [
        "/", "/live", "/login", "/api/streams", "/api/streams/{name}", "/api/me/sessions/{id}",
        "/{name}/live", "/{name}/embed", "/assets/{version}/{path...}", "/assets/{version}/a.js",
        "/a/b/c/d/e/f/g/h",
    ]
    private static let tree = RouteTree(patterns)

    /// The pattern, and what its parameters are.
    private func find(_ target: String) -> [String]? {
        let bytes = Array(target.utf8)
        guard let match = Self.tree.find(SplitTarget(bytes.span), in: bytes.span) else {
            return nil
        }
        let parameters = [match.first, match.second].map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
        return [Self.patterns[match.pattern]] + parameters
    }

    @Test(
        "a target is found by the pattern that says most of it",
        arguments: [
            ("/", ["/", "", ""]), ("/?a/b", ["/", "", ""]), ("/live", ["/live", "", ""]),
            ("/live?x=/y", ["/live", "", ""]), ("/api/streams", ["/api/streams", "", ""]),
            ("/api/streams/ann", ["/api/streams/{name}", "ann", ""]),
            ("/api/streams/", ["/api/streams/{name}", "", ""]),
            ("/api/me/sessions/7", ["/api/me/sessions/{id}", "7", ""]),
            ("/ann/live", ["/{name}/live", "ann", ""]), ("//live", ["/{name}/live", "", ""]),
            ("/ann/live?start=-3", ["/{name}/live", "ann", ""]),
            ("/ann/embed", ["/{name}/embed", "ann", ""]),
            ("/a%2fb/live", ["/{name}/live", "a%2fb", ""]),
        ])
    func found(target: String, expected: [String]) {
        #expect(find(target) == expected)
    }

    @Test(
        "a literal that leads nowhere gives way to a parameter, and both to a rest",
        arguments: [
            ("/login/live", ["/{name}/live", "login", ""]),
            ("/api/live", ["/{name}/live", "api", ""]),
            ("/assets/live", ["/{name}/live", "assets", ""]),
            ("/assets/v1/a.js", ["/assets/{version}/a.js", "v1", ""]),
            ("/assets/v1/a.js/b", ["/assets/{version}/{path...}", "v1", "a.js/b"]),
            ("/assets/v1/b.js", ["/assets/{version}/{path...}", "v1", "b.js"]),
            ("/assets/v1/c/d.js?x", ["/assets/{version}/{path...}", "v1", "c/d.js"]),
            ("/assets/v1/", ["/assets/{version}/{path...}", "v1", ""]),
        ])
    func givesWay(target: String, expected: [String]) {
        #expect(find(target) == expected)
    }

    @Test("a path may be longer than any pattern, but only a rest takes it")
    func long() {
        let rest = "1/2/3/4/5/6/7/8/9/10"
        #expect(find("/assets/v1/\(rest)") == ["/assets/{version}/{path...}", "v1", rest])
        #expect(find("/a/b/c/d/e/f/g/h") == ["/a/b/c/d/e/f/g/h", "", ""])
        #expect(find("/a/b/c/d/e/f/g/h/i") == nil)
        #expect(find("/" + String(repeating: "a/", count: 1_000) + "live") == nil)
    }

    @Test(
        "everything else is nowhere",
        arguments: [
            "", "*", "live", "live/ann", "x/live", "?", "/LIVE", "/live/", "/livE", "/lave",
            "/api", "/api/", "/api/streams/a/b", "/ann/LIVE", "/ann/live/x", "/ann", "/assets/v1",
            "/api/me/sessions", "/liv", "/livee", "///",
        ])
    func nowhere(target: String) {
        #expect(find(target) == nil)
    }

    @Test("a target is cut where its slashes are")
    func split() {
        let bytes = Array("/ab//c?d/e".utf8)
        let split = SplitTarget(bytes.span)
        #expect(split.segmentCount == 3)
        #expect((0..<3).map { split.segment($0) } == [1..<3, 4..<4, 5..<6])
        #expect(split.rest(from: 1) == 4..<6)
        #expect(split.query == 7..<10)
    }

    @Test(
        "what may be mistyped is noticed",
        arguments: [
            ("/", false), ("/a", false), ("/a/b?c//d%20/", false), ("*", false), ("", false),
            ("a%20", false), ("//", true), ("/a/", true), ("/a//b", true), ("//a", true),
            ("/%61", true), ("/a%", true),
        ])
    func unusual(target: String, isUnusual: Bool) {
        #expect(SplitTarget(Array(target.utf8).span).isUnusual == isUnusual)
    }

    @Test("methods are told apart by their bytes")
    func methods() {
        for method in RequestMethod.allCases {
            #expect(RequestMethod(Array(method.text.utf8).span) == method)
            #expect(RequestMethod(Array(method.text.lowercased().utf8).span) == nil)
        }
        for other in ["", "PATCH", "TRACE", "GETS", "CONNECT", "DELETF"] {
            #expect(RequestMethod(Array(other.utf8).span) == nil)
        }
    }
}
