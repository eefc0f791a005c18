// docs/metrics.md says what the table of metrics says.

import Foundation
import Testing

@testable import Telemetry

struct MetricDocumentationTests {
    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/metrics.md")

    private static let begin = "<!-- metrics: kept equal to MetricTable.swift by a test -->\n"
    private static let end = "<!-- end of metrics -->\n"

    @Test("the tables in docs/metrics.md are up to date (WEIR_UPDATE_DOCS=1 rewrites them)")
    func tables() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let begin = try #require(text.range(of: Self.begin))
        let end = try #require(text.range(of: Self.end))
        guard text[begin.upperBound..<end.lowerBound] != Self.markdown else { return }
        if ProcessInfo.processInfo.environment["WEIR_UPDATE_DOCS"] == "1" {
            let updated = text[..<begin.upperBound] + Self.markdown + text[end.lowerBound...]
            try String(updated).write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            Issue.record("run WEIR_UPDATE_DOCS=1 swift test --filter MetricDocumentationTests")
        }
    }

    private static var markdown: String {
        MetricTable.sections.map { section in
            let rows = section.rows.map { row in
                let labels = row.labels.isEmpty ? "" : "{\(row.labels.joined(separator: ","))}"
                let advice = row.advice.isEmpty ? "" : " " + row.advice
                return "| `\(row.name)\(labels)` | \(row.kind.rawValue) | \(row.help)\(advice) |\n"
            }
            return """

                ### \(section.title)

                | Metric | Kind | What it is, and what to do |
                | --- | --- | --- |
                \(rows.joined())
                """
        }.joined() + "\n"
    }
}
