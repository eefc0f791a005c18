// The bytes of an XML document while it is written: elements, their attributes, and text.
//
// Values are escaped here, and characters that XML 1.0 cannot have at all are replaced, so nothing that a
// broadcaster calls a track can end an attribute or make the document malformed.

import Text

struct XMLText {
    private(set) var bytes: [UInt8] = []
    private var elements: [String] = []
    /// The last element's start tag is not closed yet.
    private var isInTag = false

    init() { append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") }

    // MARK: Elements

    /// An element with its attributes and what is in it.
    mutating func element(_ name: String, _ content: (inout XMLText) -> Void = { _ in }) {
        closeTag()
        indent()
        append("<")
        append(name)
        isInTag = true
        elements.append(name)
        content(&self)
        elements.removeLast()
        if isInTag {
            append("/>\n")
            isInTag = false
        } else {
            indent()
            append("</\(name)>\n")
        }
    }

    /// An element with nothing but text in it.
    mutating func element(_ name: String, text: String) {
        closeTag()
        indent()
        append("<\(name)>\(Self.escaped(text))</\(name)>\n")
    }

    private mutating func closeTag() {
        if isInTag { append(">\n") }
        isInTag = false
    }

    private mutating func indent() {
        for _ in elements { append("  ") }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    // MARK: Attributes

    mutating func attribute(_ name: String, _ value: String) {
        append(" \(name)=\"\(Self.escaped(value))\"")
    }

    mutating func attribute(_ name: String, _ number: UInt64) {
        append(" \(name)=\"\(number)\"")
    }

    /// A number with three decimals.
    mutating func attribute(_ name: String, thousandths: UInt64) {
        append(" \(name)=\"\(Self.decimal(thousandths))\"")
    }

    mutating func attribute(_ name: String, durationMs: UInt64) {
        append(" \(name)=\"PT\(Self.decimal(durationMs))S\"")
    }

    mutating func attribute(_ name: String, dateMs: UInt64) {
        append(" \(name)=\"\(Timestamp.rfc3339(ms: dateMs))\"")
    }

    private static func decimal(_ thousandths: UInt64) -> String {
        "\(thousandths / 1_000).\(Int(thousandths % 1_000).padded(to: 3))"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}":
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
