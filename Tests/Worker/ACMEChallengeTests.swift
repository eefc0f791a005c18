// What of an ACME client's web root the plain HTTP port shows, and that it shows nothing else.

import FakeExchange
import Foundation
import HTTP
import Testing

@testable import Worker

private struct Webroot {
    let path: String
    var challenges: String { path + "/.well-known/acme-challenge" }

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-webroot-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: challenges, withIntermediateDirectories: true)
        try Data("outside".utf8).write(to: URL(filePath: path + "/secret"))
    }

    func put(_ text: String, as token: String) throws {
        try Data(text.utf8).write(to: URL(filePath: challenges + "/" + token))
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The status and the body of an answer.
    func ask(
        _ target: String, method: String = "GET", isServed: Bool = true
    ) throws -> (status: Int?, body: String, fields: FakeExchange) {
        let redirection = Redirection(port: 443, webroot: isServed ? path : nil)
        let fake = FakeExchange(
            Request(
                method: method, scheme: "http", authority: "live.example.org", target: target))
        redirection.begin(fake.exchange)
        let body = String(decoding: try #require(fake.readAll()), as: UTF8.self)
        fake.close(.completed)
        return (fake.answer?.status, body, fake)
    }
}

@Suite struct ACMEChallengeTests {
    private static let token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"

    private func withWebroot(_ body: (Webroot) throws -> Void) throws {
        let webroot = try Webroot()
        defer { webroot.remove() }
        try body(webroot)
    }

    @Test("a challenge is served as it is, and no cache keeps it")
    func served() throws {
        try withWebroot { webroot in
            try webroot.put("token.thumbprint", as: Self.token)
            let path = "/.well-known/acme-challenge/" + Self.token
            let answer = try webroot.ask(path)
            #expect(answer.status == 200 && answer.body == "token.thumbprint")
            #expect(answer.fields.field("cache-control") == "no-store")
            #expect(answer.fields.field("x-content-type-options") == "nosniff")
            #expect(try webroot.ask(path + "?x=1").status == 200)
            let head = try webroot.ask(path, method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(try webroot.ask(path, method: "POST").status == 405)
            #expect(try webroot.ask(path, isServed: false).status == 308)
            #expect(try webroot.ask("/alice/live").status == 308)
        }
    }

    @Test(
        "what is no token finds nothing",
        arguments: [
            "", "missing", "../secret", "..%2fsecret", "%2e%2e/secret", "a/b", ".hidden", "a.b",
            "a%00", "é", String(repeating: "a", count: 129), String(repeating: "a", count: 300),
        ])
    func noToken(token: String) throws {
        try withWebroot { webroot in
            for name in [".hidden", "a.b"] { try webroot.put("found", as: name) }
            let answer = try webroot.ask("/.well-known/acme-challenge/" + token)
            #expect(answer.status == 404)
            #expect(answer.body.contains("/problems/unknown-challenge"))
        }
    }

    @Test("what is not a small file is not read")
    func kinds() throws {
        try withWebroot { webroot in
            let files = FileManager.default
            try webroot.put(String(repeating: "x", count: 1_024), as: "longest")
            try webroot.put(String(repeating: "x", count: 1_025), as: "long")
            try files.createSymbolicLink(
                atPath: webroot.challenges + "/link",
                withDestinationPath: webroot.path + "/secret")
            try files.createDirectory(
                atPath: webroot.challenges + "/folder", withIntermediateDirectories: false)
            #expect(mkfifo(webroot.challenges + "/pipe", 0o600) == 0)
            let status = { name in try webroot.ask("/.well-known/acme-challenge/" + name).status }
            #expect(try status("longest") == 200)
            for name in ["long", "link", "folder", "pipe"] {
                #expect(try status(name) == 404, "\(name)")
            }
        }
    }
}
