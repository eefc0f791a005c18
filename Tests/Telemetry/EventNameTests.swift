// Names of events: in the log, in docs/logs.md, and as priorities of the journal.

import Foundation
import Logging
import Synchronization
import Testing

@testable import Telemetry

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: [UInt8]) {
        lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }

    var all: [String] { lines.withLock { $0 } }
}

/// What a logger writes.
private func written(
    isForJournal: Bool = false, style: LogStyle = .text(colour: false), _ log: (Logger) -> Void
) -> [String] {
    let lines = Lines()
    let logger = Logger(label: "weir") { _ in
        LineLogHandler(
            level: .trace, style: style, process: "worker-0", pid: 1, isForJournal: isForJournal,
            write: { lines.add($0) })
    }
    log(logger)
    return lines.all
}

struct EventNameTests {
    private static let page = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/logs.md")

    private static let begin = "<!-- events: kept equal to EventRow.swift by a test -->\n"
    private static let end = "<!-- end of events -->\n"

    @Test("every event has one row, in the order of the names")
    func rows() {
        #expect(EventRow.all.map(\.name) == EventName.allCases)
    }

    @Test(
        "names are words with hyphens between them, and never change", arguments: EventName.allCases
    )
    func form(name: EventName) {
        #expect(name.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
    }

    @Test("a row is whole sentences that fit into a table", arguments: EventRow.all)
    func sentences(row: EventRow) {
        for text in [row.meaning, row.remedy] {
            #expect(text.hasSuffix("."))
            #expect(!text.contains("\n") && !text.contains("|"))
        }
    }

    @Test("the list in docs/logs.md is up to date (WEIR_UPDATE_DOCS=1 rewrites it)")
    func reference() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let begin = try #require(text.range(of: Self.begin))
        let end = try #require(text.range(of: Self.end))
        let table = EventName.markdownTable()
        guard text[begin.upperBound..<end.lowerBound] != table else { return }
        if ProcessInfo.processInfo.environment["WEIR_UPDATE_DOCS"] == "1" {
            let updated = text[..<begin.upperBound] + table + text[end.lowerBound...]
            try String(updated).write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            Issue.record("run WEIR_UPDATE_DOCS=1 swift test --filter EventNameTests")
        }
    }

    @Test("a line about an event has its name and its level")
    func reported() throws {
        let lines = written(style: .json) { logger in
            logger.report(.workerDied, "gone", metadata: ["worker": "3", "event": "forged"])
            logger.info("plain")
        }
        let objects = try lines.map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects[0]["event"] as? String == "worker-died")
        #expect(objects[0]["level"] as? String == "error")
        #expect(objects[0]["metadata"] as? [String: String] == ["worker": "3"])
        #expect(objects[1]["event"] == nil)
    }

    @Test(
        "in the journal a line begins with its priority, as sd-daemon(3) has it",
        arguments: [
            (Logger.Level.critical, "<2>"), (.error, "<3>"), (.warning, "<4>"), (.notice, "<5>"),
            (.info, "<6>"), (.debug, "<7>"), (.trace, "<7>"),
        ])
    func priorities(level: Logger.Level, prefix: String) {
        for style in [LogStyle.text(colour: false), .json] {
            let plain = written(style: style) { $0.log(level: level, "m") }
            let marked = written(isForJournal: true, style: style) { $0.log(level: level, "m") }
            #expect(marked[0].hasPrefix(prefix))
            #expect(marked[0].dropFirst(3).first == plain[0].first)
        }
    }

    @Test("standard error is the journal if JOURNAL_STREAM names its device and inode")
    func journalStream() {
        #expect(Journal.isStream("8:1234", device: 8, inode: 1_234))
        let others = ["8:1235", "9:1234", "8", "", ":", "8:1234:", "8:1234:1", "8: 1234", "a:b"]
        for other in others {
            #expect(!Journal.isStream(other, device: 8, inode: 1_234), "\(other)")
        }
    }
}
