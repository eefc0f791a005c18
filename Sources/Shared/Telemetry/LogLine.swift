// The bytes of a log line in the making, and the escaping that keeps it one line. Pure.

/// A line that knows whether anything had to be cut from it.
struct LogLine {
    private(set) var bytes: [UInt8] = []
    private(set) var isCut = false

    /// Adds text of our own, as it is.
    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Adds a finished part if the line stays within `limit` bytes; otherwise the line counts as
    /// cut.
    mutating func append(_ part: LogLine, within limit: Int) -> Bool {
        guard bytes.count + part.bytes.count <= limit else {
            isCut = true
            return false
        }
        bytes.append(contentsOf: part.bytes)
        if part.isCut { isCut = true }
        return true
    }

    /// Adds text from elsewhere: at most `limit` bytes of it, with everything escaped that could
    /// end the line, move a cursor, or reorder the text around it. With `quotes`, also what would
    /// end a JSON string.
    mutating func append(escaping text: String, quotes: Bool, upTo limit: Int) {
        let end = bytes.count + limit
        for scalar in text.unicodeScalars {
            let start = bytes.count
            appendEscaped(scalar, quotes: quotes)
            if bytes.count > end {
                bytes.removeSubrange(start...)
                isCut = true
                return
            }
        }
    }

    private mutating func appendEscaped(_ scalar: Unicode.Scalar, quotes: Bool) {
        switch scalar {
        case "\n": append("\\n")
        case "\t": append("\\t")
        case "\r": append("\\r")
        case "\"" where quotes: append("\\\"")
        case "\\" where quotes: append("\\\\")
        case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        default:
            if Self.isInvisible(scalar) {
                for unit in UTF16.encode(scalar) ?? .init() { appendUnicodeEscape(unit) }
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
            }
        }
    }

    private mutating func appendUnicodeEscape(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        default: false
        }
    }
}
