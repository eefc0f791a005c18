// The bytes of a playlist while it is written: tags, their attributes, and lines.
//
// What stands between quotes is made harmless here: a title from a broadcaster can neither end its quotes
// nor its line (draft-pantos-hls-rfc8216bis, sections 4.1 and 4.2). Seconds are written from whole
// microseconds or milliseconds, never from floating point, so that equal values are equal bytes.

import Text

struct PlaylistText {
    private(set) var bytes: [UInt8] = []
    private var hasAttribute = false

    init(reservedBytes: Int) {
        bytes.reserveCapacity(reservedBytes)
        line("#EXTM3U")
    }

    // MARK: Lines

    mutating func line(_ text: String) {
        append(text)
        endLine()
    }

    /// A tag whose value is one number.
    mutating func line(_ tag: String, _ number: UInt64) {
        append(tag)
        append(":")
        append(number)
        endLine()
    }

    mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func append(_ number: UInt64) { append(number, minimumDigits: 1) }

    // MARK: Attributes

    /// Begins a tag with a list of attributes; `endLine` ends it.
    mutating func begin(_ tag: String) {
        append(tag)
        hasAttribute = false
    }

    mutating func attribute(_ name: String, _ value: String) {
        beginAttribute(name)
        append(value)
    }

    mutating func attribute(_ name: String, _ number: UInt64) {
        beginAttribute(name)
        append(number)
    }

    mutating func attribute(_ name: String, quoted value: String) {
        beginAttribute(name)
        bytes.append(UInt8(ascii: "\""))
        if value.utf8.allSatisfy(Self.isPlain) {
            append(value)
        } else {
            append(Self.harmless(value))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func attribute(_ name: String, secondsFromUs us: UInt64) {
        beginAttribute(name)
        append(secondsFromUs: us)
    }

    mutating func attribute(_ name: String, secondsFromMs ms: UInt64) {
        beginAttribute(name)
        append(thousandths: ms)
    }

    /// A number with three decimals.
    mutating func attribute(_ name: String, thousandths: UInt64) {
        beginAttribute(name)
        append(thousandths: thousandths)
    }

    private mutating func beginAttribute(_ name: String) {
        bytes.append(UInt8(ascii: hasAttribute ? "," : ":"))
        hasAttribute = true
        append(name)
        bytes.append(UInt8(ascii: "="))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"")
    }

    /// Without quotes and control characters.
    private static func harmless(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "'"
            case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    // MARK: Numbers and times

    mutating func append(secondsFromUs us: UInt64) {
        append(us / 1_000_000)
        bytes.append(UInt8(ascii: "."))
        append(us % 1_000_000, minimumDigits: 6)
    }

    private mutating func append(thousandths: UInt64) {
        append(thousandths / 1_000)
        bytes.append(UInt8(ascii: "."))
        append(thousandths % 1_000, minimumDigits: 3)
    }

    /// A moment in UTC with milliseconds. Written digit by digit: there is one for each segment.
    mutating func append(dateFromMs ms: UInt64) {
        let moment = CivilTime(ms: ms)
        append(UInt64(moment.year), minimumDigits: 4)
        append(moment.month, after: "-")
        append(moment.day, after: "-")
        append(moment.hour, after: "T")
        append(moment.minute, after: ":")
        append(moment.second, after: ":")
        bytes.append(UInt8(ascii: "."))
        append(ms % 1_000, minimumDigits: 3)
        bytes.append(UInt8(ascii: "Z"))
    }

    private mutating func append(_ number: Int, after mark: Unicode.Scalar) {
        bytes.append(UInt8(ascii: mark))
        append(UInt64(number), minimumDigits: 2)
    }

    private mutating func append(_ number: UInt64, minimumDigits: Int) {
        bytes.append(decimal: number, minimumDigits: minimumDigits)
    }
}
