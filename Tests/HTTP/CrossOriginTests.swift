// What pages of other origins may do.

import Testing

@testable import HTTP

@Suite struct CrossOriginTests {
    private static let named = "https://studio.example"
    private static let stranger = "https://stranger.example"

    private func request(_ method: String, origin: String?, asks: String? = nil) -> Request {
        var headers: [HeaderField] = []
        if let origin { headers.append(HeaderField("origin", origin)) }
        if let asks { headers.append(HeaderField("access-control-request-method", asks)) }
        return Request(method: method, target: "/alice/live", headers: headers)
    }

    private func value(_ name: String, in fields: [HeaderField]) -> String? {
        let values = fields.filter { $0.name == name }.map(\.value)
        #expect(values.count <= 1, "\(name) is said once")
        return values.first
    }

    @Test(
        "anybody may read what is public, without credentials",
        arguments: [[], [named]], [nil, stranger, "null"])
    func publicRead(origins: [String], origin: String?) {
        let fields = CrossOrigin(origins: origins).publicHeaders(
            for: request("GET", origin: origin))
        #expect(value("access-control-allow-origin", in: fields) == "*")
        #expect(value("access-control-allow-credentials", in: fields) == nil)
        #expect(value("vary", in: fields) == (origins.isEmpty ? nil : "origin"))
    }

    @Test("a named origin is named, and may send credentials")
    func namedRead() {
        let fields = CrossOrigin(origins: [Self.named]).publicHeaders(
            for: request("GET", origin: Self.named))
        #expect(value("access-control-allow-origin", in: fields) == Self.named)
        #expect(value("access-control-allow-credentials", in: fields) == "true")
        #expect(value("vary", in: fields) == "origin")
    }

    @Test("only a page of a named origin publishes", arguments: [nil, stranger, "null"])
    func publish(origin: String?) {
        for method in ["POST", "PUT", "DELETE"] {
            let fields = CrossOrigin(origins: [Self.named]).headers(
                for: request(method, origin: origin))
            #expect(value("access-control-allow-origin", in: fields) == nil)
        }
    }

    @Test(
        "a stranger's preflight is granted for reading only",
        arguments: [
            ("GET", true), ("HEAD", true), ("POST", false), ("PUT", false), ("DELETE", false),
            ("get", false), (nil, false),
        ] as [(String?, Bool)])
    func preflight(method: String?, isGranted: Bool) {
        let fields = CrossOrigin(origins: [Self.named]).preflightHeaders(
            for: request("OPTIONS", origin: Self.stranger, asks: method),
            methods: ["GET", "HEAD", "POST"], publicMethods: ["GET", "HEAD"])
        #expect(value("access-control-allow-origin", in: fields) == (isGranted ? "*" : nil))
        #expect(
            value("access-control-allow-methods", in: fields) == (isGranted ? "GET, HEAD" : nil))
        #expect(value("access-control-allow-credentials", in: fields) == nil)
    }

    @Test("a resource that is not public grants a stranger nothing")
    func strict() {
        let fields = CrossOrigin(origins: []).preflightHeaders(
            for: request("OPTIONS", origin: Self.stranger, asks: "GET"), methods: ["GET"])
        #expect(fields == [])
    }
}
