// Log lines: what they contain, and that nothing in them can pretend to be another line.

import Foundation
import Logging
import Synchronization
import Testing

@testable import Settings
@testable import Telemetry

private func record(
    _ message: String, _ metadata: [(key: String, value: String)] = [], event: String? = nil
) -> LogRecord {
    LogRecord(
        timeMs: 1_767_225_600_123, level: .warning, message: message, event: event,
        metadata: metadata, process: "worker-0", pid: 42)
}

private func text(_ record: LogRecord, colour: Bool = false) -> String {
    String(decoding: LogStyle.text(colour: colour).line(record), as: UTF8.self)
}

private func json(_ record: LogRecord) throws -> [String: Any] {
    let line = LogStyle.json.line(record)
    #expect(line.last == 10)
    #expect(line.filter { $0 == 10 }.count == 1)
    let object = try JSONSerialization.jsonObject(with: Data(line))
    return try #require(object as? [String: Any])
}

private let hostile = [
    "line\nfeed", "\r\n2026-01-01T00:00:00.000Z INFO forged", "\u{1B}[2J\u{7}\u{0}\u{7F}\u{9B}",
    "\"quote\\back", "\u{2028}\u{2029}\u{202E}\u{E0041}\u{FEFF}", "ünïcödé 🎥", "\\u0041",
    String(repeating: "\u{1}", count: 10_000), String(repeating: "🎥", count: 10_000),
    String(repeating: "\\", count: 4_095),
]

struct LogTests {
    @Test("a text line holds time, level, process, message and metadata")
    func textLine() {
        let line = text(record("ready", [("port", "8443"), ("why", "two words"), ("none", "")]))
        #expect(
            line == "2026-01-01T00:00:00.123Z WARNING  worker-0: ready "
                + "port=8443 why=\"two words\" none=\"\"\n")
    }

    @Test("a JSON line holds the same")
    func jsonLine() throws {
        let object = try json(record("ready", [("port", "8443")]))
        #expect(object["time"] as? String == "2026-01-01T00:00:00.123Z")
        #expect(object["level"] as? String == "warning")
        #expect(object["message"] as? String == "ready")
        #expect(object["process"] as? String == "worker-0")
        #expect(object["pid"] as? Int == 42)
        #expect(object["metadata"] as? [String: String] == ["port": "8443"])
        #expect(object["cut"] == nil)
    }

    @Test("the name of an event stands before the metadata, and in JSON beside the message")
    func eventName() throws {
        let told = record("gone", [("a", "b")], event: "worker-died")
        #expect(text(told).hasSuffix(" worker-0: gone event=worker-died a=b\n"))
        #expect(try json(told)["event"] as? String == "worker-died")
        #expect(try json(told)["metadata"] as? [String: String] == ["a": "b"])
        #expect(try json(record("gone"))["event"] == nil)
    }

    @Test("hostile text in a message keeps a text line one printable line", arguments: hostile)
    func hostileText(hostile: String) {
        for line in [text(record(hostile)), text(record("m", [("k", hostile), (hostile, "v")]))] {
            #expect(line.utf8.count <= Limits.logLineBytes)
            #expect(line.last == "\n")
            let printable = line.dropLast().unicodeScalars.allSatisfy { scalar in
                ![.control, .format, .lineSeparator, .paragraphSeparator].contains(
                    scalar.properties.generalCategory)
            }
            #expect(printable)
        }
    }

    @Test("hostile text keeps a JSON line valid, and what is short comes back", arguments: hostile)
    func hostileJSON(hostile: String) throws {
        let object = try json(record(hostile, [("k", hostile)]))
        let message = try #require(object["message"] as? String)
        let metadata = try #require(object["metadata"] as? [String: String])
        if hostile.utf8.count < 80 {
            #expect(message == hostile)
            #expect(metadata["k"] == hostile)
            #expect(object["cut"] == nil)
        } else {
            #expect(hostile.hasPrefix(message))
            #expect(object["cut"] as? Bool == true)
        }
    }

    @Test("a line is never longer than its limit, however much metadata there is")
    func bounded() throws {
        let many = (0..<1_000).map { (key: "key\($0)", value: String(repeating: "v", count: 600)) }
        let long = record(String(repeating: "m", count: 10_000), many)
        #expect(LogStyle.json.line(long).count <= Limits.logLineBytes)
        #expect(LogStyle.text(colour: true).line(long).count <= Limits.logLineBytes)
        #expect(try json(long)["cut"] as? Bool == true)
        #expect(text(long).hasSuffix(" (cut)\n"))
    }

    @Test("colour is only around the level")
    func colour() {
        let plain = text(record("m"))
        let coloured = text(record("m"), colour: true)
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[33mWARNING \u{1B}[0m worker-0: m"))
    }

    @Test("a logger merges its metadata with the message's, and drops what is not severe enough")
    func handler() throws {
        let lines = Lines()
        var logger = Logger(label: "weir") { _ in
            LineLogHandler(
                level: .info, style: .json, process: "supervisor", pid: 1,
                write: { lines.add($0) })
        }
        logger[metadataKey: "a"] = "1"
        logger[metadataKey: "b"] = "1"
        logger.debug("dropped")
        logger.error("kept", metadata: ["b": "2", "c": ["x", "y"]])
        let all = lines.all()
        #expect(all.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(all[0])) as? [String: Any]
        let metadata = object?["metadata"] as? [String: String]
        #expect(object?["message"] as? String == "kept")
        #expect(metadata?["a"] == "1")
        #expect(metadata?["b"] == "2")
        #expect(metadata?["c"]?.contains("x") == true)
    }

    @Test("the levels of the settings are those of the log")
    func levels() {
        for level in LogLevel.allCases { #expect(Logger.Level(level).rawValue == level.rawValue) }
        #expect(LogLevel.allCases.count == Logger.Level.allCases.count)
    }
}

/// Lines that a handler has written.
private final class Lines: Sendable {
    private let lines = Mutex<[[UInt8]]>([])
    func add(_ line: [UInt8]) { lines.withLock { $0.append(line) } }
    func all() -> [[UInt8]] { lines.withLock { $0 } }
}
