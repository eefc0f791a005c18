// Responses with a known length, and resources with all that a request can ask of them, as curl sees them.

import Foundation
import Testing

@testable import HTTP

@Suite(.serialized)
struct ResourceTests {
    private static let protocols = ["--http2", "--http1.1"]
    private static let resourceBytes = 100_000
    /// The same, prepared once and made for each request.
    private static let paths = ["/resource/1", "/content/1"]

    /// Status, fields and body of one answer.
    private func get(
        _ server: TestServer, _ path: String, over version: String, _ arguments: String...
    ) -> (status: Int, fields: [String: String], body: Data, exit: Int32) {
        let headFile = FileManager.default.temporaryDirectory
            .appendingPathComponent("weir-head-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: headFile) }
        let result = run(
            ["curl", "-sSk", version, "--max-time", "30", "-D", headFile.path] + arguments
                + ["\(server.base)\(path)"])
        let lines = ((try? String(contentsOf: headFile, encoding: .utf8)) ?? "")
            .split(separator: "\r\n").map(String.init)
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (status, fields, result.output, result.status)
    }

    private func isPattern(_ body: Data, from start: Int = 0) -> Bool {
        body.enumerated().allSatisfy { $1 == Pattern.byte(start + $0) }
    }

    @Test("a source with a length says it, and sends as much", arguments: protocols)
    func known(version: String) throws {
        try withServer { server in
            for bytes in [0, 1, 16_384, 3_000_000] {
                let answer = get(server, "/known/\(bytes)", over: version)
                #expect(answer.fields["content-length"] == "\(bytes)")
                #expect(answer.body.count == bytes && isPattern(answer.body))
                let head = get(server, "/known/\(bytes)", over: version, "--head")
                #expect(head.status == 200 && head.fields["content-length"] == "\(bytes)")
            }
        }
    }

    @Test("a source that has less than it has said is no complete response", arguments: protocols)
    func short(version: String) throws {
        try withServer { server in
            let answer = get(server, "/short/70000", over: version)
            #expect(answer.status == 200 && answer.exit != 0)
            #expect(get(server, "/hello", over: version).body == Data("hello".utf8))
        }
    }

    @Test("a resource is given whole, and HEAD is told the same", arguments: protocols, paths)
    func whole(version: String, path: String) throws {
        try withServer { server in
            let answer = get(server, path, over: version)
            #expect(answer.status == 200 && answer.body.count == Self.resourceBytes)
            #expect(isPattern(answer.body))
            let head = get(server, path, over: version, "--head")
            for fields in [answer.fields, head.fields] {
                #expect(fields["content-length"] == "\(Self.resourceBytes)")
                #expect(fields["etag"] == "\"plain\"")
                #expect(fields["accept-ranges"] == "bytes")
                #expect(fields["content-type"] == "text/plain")
                #expect(fields["content-encoding"] == nil)
                #expect(fields["date"] != nil)
            }
        }
    }

    @Test(
        "it is compressed for those who take that, with a tag of its own", arguments: protocols,
        paths)
    func compressed(version: String, path: String) throws {
        try withServer { server in
            let answer = get(server, path, over: version, "-H", "accept-encoding: gzip")
            #expect(answer.body == Data("compressed".utf8))
            #expect(answer.fields["content-encoding"] == "gzip")
            #expect(answer.fields["etag"] == "\"gz\"")
            let again = get(
                server, path, over: version, "-H", "accept-encoding: gzip", "-H",
                "if-none-match: \"gz\"")
            #expect(again.status == 304 && again.body.isEmpty)
        }
    }

    @Test("who has it is not sent it again", arguments: protocols, paths)
    func notModified(version: String, path: String) throws {
        try withServer { server in
            let field = "if-none-match: W/\"plain\""
            let answer = get(server, path, over: version, "-H", field)
            #expect(answer.status == 304 && answer.body.isEmpty)
            #expect(answer.fields["etag"] == "\"plain\"")
            #expect(answer.fields["vary"] == "accept-encoding")
            #expect(answer.fields["content-type"] == nil)
            let changed = get(server, path, over: version, "-H", "if-match: \"old\"")
            #expect(changed.status == 412)
        }
    }

    @Test("a part of it is a part", arguments: protocols, paths)
    func part(version: String, path: String) throws {
        try withServer { server in
            let answer = get(server, path, over: version, "-r", "70000-79999")
            #expect(answer.status == 206 && answer.body.count == 10_000)
            #expect(isPattern(answer.body, from: 70_000))
            #expect(answer.fields["content-range"] == "bytes 70000-79999/\(Self.resourceBytes)")
            #expect(answer.fields["content-length"] == "10000")
            #expect(answer.fields["etag"] == "\"plain\"")
            let last = get(server, path, over: version, "-r", "-1")
            #expect(last.status == 206 && last.body == Data([Pattern.byte(99_999)]))
            let behind = get(server, path, over: version, "-r", "100000-")
            #expect(behind.status == 416)
            #expect(behind.fields["content-range"] == "bytes */\(Self.resourceBytes)")
            #expect(behind.fields["content-type"] == "application/problem+json")
        }
    }

    @Test("a part of something else, several parts, and a part for HEAD are the whole")
    func noPart() throws {
        try withServer { server in
            let base = ["-r", "0-9"]
            let other = get(
                server, "/resource/1", over: "--http2", base[0], base[1], "-H",
                "if-range: \"old\"")
            #expect(other.status == 200 && other.body.count == Self.resourceBytes)
            let several = get(server, "/resource/1", over: "--http2", "-r", "0-9,20-29")
            #expect(several.status == 200 && several.body.count == Self.resourceBytes)
            let head = get(server, "/resource/1", over: "--http2", base[0], base[1], "--head")
            #expect(head.status == 200)
            #expect(head.fields["content-length"] == "\(Self.resourceBytes)")
        }
    }

    @Test("many at once are all answered", arguments: ["h2", "http/1.1"])
    func load(version: String) throws {
        try withServer { server in
            let result = run(
                "h2load", "--npn-list", version, "-n", "3000", "-c", "20", "-m", "50",
                "\(server.base)/resource/1")
            #expect(result.text.contains("3000 succeeded, 0 failed"), "\(result.text)")
        }
    }
}
