// One log message as one line of bytes. Pure.
//
// Whatever a peer puts into a message or a value, a line stays one line, a JSON line stays valid
// JSON, a terminal receives no control sequence, and no line is longer than `Limits.logLineBytes`.
// Cuts are marked.

import Logging
import Settings
import Text

/// A message with all that is known about it.
struct LogRecord {
    let timeMs: UInt64
    let level: Logger.Level
    let message: String
    /// The name of what has happened (see EventName), if it has one.
    let event: String?
    /// In the order in which it is written.
    let metadata: [(key: String, value: String)]
    let process: String
    let pid: Int32
}

/// How lines look.
enum LogStyle {
    case text(colour: Bool)
    case json

    /// The longest message, once escaped; the metadata gets the rest of the line.
    private static let messageBytes = Limits.logLineBytes / 2
    private static let keyBytes = 64
    private static let valueBytes = 512
    /// Kept free for the end of the line: brackets, the mark that it was cut, the line feed.
    private static let reserveBytes = 32

    /// The line, line feed included.
    func line(_ record: LogRecord) -> [UInt8] {
        switch self {
        case .text(let colour): Self.text(record, colour: colour)
        case .json: Self.json(record)
        }
    }

    private static func json(_ record: LogRecord) -> [UInt8] {
        var line = LogLine()
        line.append("{\"time\":\"\(Timestamp.rfc3339(ms: record.timeMs))\"")
        line.append(",\"level\":\"\(record.level.rawValue)\"")
        if let event = record.event {
            line.append(",\"event\":\"")
            line.append(escaping: event, quotes: true, upTo: keyBytes)
            line.append("\"")
        }
        line.append(",\"message\":\"")
        line.append(escaping: record.message, quotes: true, upTo: messageBytes)
        line.append("\",\"process\":\"")
        line.append(escaping: record.process, quotes: true, upTo: keyBytes)
        line.append("\",\"pid\":\(record.pid)")
        line.append(",\"metadata\":{")
        for (index, item) in record.metadata.enumerated() {
            var pair = LogLine()
            pair.append(index == 0 ? "\"" : ",\"")
            pair.append(escaping: item.key, quotes: true, upTo: keyBytes)
            pair.append("\":\"")
            pair.append(escaping: item.value, quotes: true, upTo: valueBytes)
            pair.append("\"")
            guard line.append(pair, within: Limits.logLineBytes - reserveBytes) else { break }
        }
        line.append("}")
        if line.isCut { line.append(",\"cut\":true") }
        line.append("}\n")
        return line.bytes
    }

    private static func text(_ record: LogRecord, colour: Bool) -> [UInt8] {
        var line = LogLine()
        line.append(Timestamp.rfc3339(ms: record.timeMs))
        let word = levelWord(record.level)
        line.append(colour ? " \(levelColour(record.level))\(word)\u{1B}[0m " : " \(word) ")
        line.append(escaping: record.process, quotes: false, upTo: keyBytes)
        line.append(": ")
        line.append(escaping: record.message, quotes: false, upTo: messageBytes)
        let event = record.event.map { [(key: EventName.metadataKey, value: $0)] } ?? []
        for item in event + record.metadata {
            var pair = LogLine()
            pair.append(" ")
            pair.append(escaping: item.key, quotes: false, upTo: keyBytes)
            pair.append("=")
            let needsQuotes =
                item.value.isEmpty || item.value.utf8.contains { $0 == 0x20 || $0 == 0x22 }
            if needsQuotes { pair.append("\"") }
            pair.append(escaping: item.value, quotes: needsQuotes, upTo: valueBytes)
            if needsQuotes { pair.append("\"") }
            guard line.append(pair, within: Limits.logLineBytes - reserveBytes) else { break }
        }
        line.append(line.isCut ? " (cut)\n" : "\n")
        return line.bytes
    }

    /// All have the same width, so that messages stand in one column.
    private static func levelWord(_ level: Logger.Level) -> String {
        switch level {
        case .trace: "TRACE   "
        case .debug: "DEBUG   "
        case .info: "INFO    "
        case .notice: "NOTICE  "
        case .warning: "WARNING "
        case .error: "ERROR   "
        case .critical: "CRITICAL"
        }
    }

    private static func levelColour(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "\u{1B}[2m"
        case .info, .notice: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }
}
