import Foundation
import Testing

@testable import Web

@Suite struct PublishLinesTests {
    private func lines(_ origin: String) -> PublishLines {
        PublishLines(origin: origin, name: "alice", key: "weir_KEY")
    }

    @Test("every line is one line, goes to the owner's stream and holds the key once")
    func shape() {
        let lines = lines("https://example.org:8443")
        for line in [lines.ffmpeg, lines.curl, lines.obs] {
            #expect(!line.contains("\n") && !line.contains("'") && !line.contains("\\"))
            #expect(line.contains("https://example.org:8443/alice/live"))
            #expect(line.split(separator: "weir_KEY", omittingEmptySubsequences: false).count == 2)
        }
        #expect(lines.obs == "https://example.org:8443/alice/live?key=weir_KEY")
    }

    @Test(
        "only on one's own machine, any certificate is accepted",
        arguments: [
            ("https://localhost", true), ("https://localhost:8443", true),
            ("https://127.0.0.1:1", true), ("https://[::1]:8443", true),
            ("https://localhost.example.org", false), ("https://example.org", false),
        ])
    func trust(origin: String, isLocal: Bool) {
        #expect(lines(origin).curl.contains(" -k ") == isLocal)
    }

    @Test("where no key is needed, the line is the same without one")
    func withoutKey() {
        let open = PublishLines(origin: "https://a", name: "alice", key: nil)
        let credentials = "-headers \"Authorization: Bearer weir_KEY\" "
        #expect(open.ffmpeg == lines("https://a").ffmpeg.replacing(credentials, with: ""))
        #expect(!open.curl.contains("Authorization") && open.obs == "https://a/alice/live")
    }

    @Test(
        "README and docs have the line that the pages have",
        arguments: ["README.md", "docs/accounts.md"])
    func printed(path: String) throws {
        let text = try String(contentsOf: Self.repository.appending(path: path), encoding: .utf8)
        let oneLine = text.replacing(" \\\n  ", with: " ")
        let lines = PublishLines(origin: "https://localhost:8443", name: "alice", key: "KEY")
        #expect(oneLine.contains("\n\(lines.ffmpeg)\n"))
        // And no other that could be taken for it.
        #expect(oneLine.split(separator: "\n").filter { $0.hasPrefix("ffmpeg ") }.count == 1)
    }

    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("the first page has that line to copy, with what is to be replaced marked")
    func firstPage() {
        for requiresAccount in [true, false] {
            let html = String(
                decoding: WebSite().home(
                    streams: [], origin: "https://localhost:8443", nowMs: 0, visitor: .anonymous,
                    requiresAccount: requiresAccount
                ).bytes, as: UTF8.self)
            let lines = PublishLines(
                origin: "https://localhost:8443", name: requiresAccount ? "my-name" : "my-stream",
                key: requiresAccount ? "YOUR-KEY" : nil)
            #expect(HTMLExcerpt.text(of: "command", in: html) == lines.ffmpeg.htmlEscaped)
            #expect(html.contains("data-copy=\"command\""))
            #expect(html.contains("<i>YOUR-KEY</i>") == requiresAccount)
        }
    }
}
