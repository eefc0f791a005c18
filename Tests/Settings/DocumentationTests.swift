// docs/configuration.md says what the table of settings says.

import Foundation
import Testing

@testable import Settings

struct DocumentationTests {
    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/configuration.md")

    private static let begin =
        "<!-- settings table: kept equal to Setting+Table.swift by a test -->\n"
    private static let end = "<!-- end of settings table -->\n"

    @Test("the reference in docs/configuration.md is up to date (WEIR_UPDATE_DOCS=1 rewrites it)")
    func reference() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let begin = try #require(text.range(of: Self.begin))
        let end = try #require(text.range(of: Self.end))
        let written = text[begin.upperBound..<end.lowerBound]
        guard written != Setting.markdownTable() else { return }
        if ProcessInfo.processInfo.environment["WEIR_UPDATE_DOCS"] == "1" {
            let updated =
                text[..<begin.upperBound] + Setting.markdownTable() + text[end.lowerBound...]
            try String(updated).write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            Issue.record("run WEIR_UPDATE_DOCS=1 swift test --filter DocumentationTests")
        }
    }

    @Test("every setting is explained in a paragraph that stands alone")
    func explained() {
        for setting in Setting.all {
            #expect(setting.help.hasSuffix("."))
            #expect(!setting.help.contains("\n"))
            #expect(!setting.help.contains("|"))
        }
    }

    @Test("the report has one line per setting, with its source")
    func report() throws {
        var given = GivenSettings()
        for (name, text) in [(Setting.Name.cert, "c"), (.key, "k")] {
            given[name] = GivenSettings.Entry(texts: [text], source: .environment)
        }
        let lines = try Settings(given, processors: 2).report().split(separator: "\n")
        #expect(lines.count == Setting.all.count)
        let words = lines.map { line in line.split(separator: " ").map(String.init) }
        #expect(words.contains(["workers", "2", "default"]))
        #expect(words.contains(["cert", "c", "environment", "WEIR_CERT"]))
        #expect(words.contains(["cors-origin", "(none)", "default"]))
        #expect(words.contains(["http-redirect", "off", "default"]))
    }
}
