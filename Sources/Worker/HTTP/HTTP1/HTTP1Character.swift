// The classes of bytes in HTTP/1.1 messages, and comparisons of short byte strings. Everything works on
// bytes: a request is not text until it has been found valid.
//
// Unsafe use: one append of a span's bytes, whose pointer is read during the call only; and the bytes of
// constants, which live for ever and are read within their count.

enum HTTP1Character {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let colon = UInt8(ascii: ":")

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        let folded = byte | 0x20
        return folded >= UInt8(ascii: "a") && folded <= UInt8(ascii: "z")
    }

    /// The value of a hexadecimal digit; nil for anything else.
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - UInt8(ascii: "0") }
        let folded = byte | 0x20
        guard folded >= UInt8(ascii: "a"), folded <= UInt8(ascii: "f") else { return nil }
        return folded - UInt8(ascii: "a") + 10
    }

    /// The characters of methods and field names (RFC 9110 section 5.6.2: tchar).
    static func isToken(_ byte: UInt8) -> Bool {
        if isLetter(byte) || isDigit(byte) { return true }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            return true
        default:
            return false
        }
    }

    /// What may be inside a field value (RFC 9110 section 5.5): no control character but the tab. Bytes
    /// from 0x80 on are opaque.
    static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == tab
    }

    /// Optional white space around a field value (RFC 9110 section 5.6.3).
    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == space || byte == tab
    }

    /// What may be in a path or query. RFC 3986 allows less, but browsers send `\ ^ ` { | }` unencoded
    /// (WHATWG URL, query state), and no reader takes them for the end of anything. Bytes that a target
    /// never contains unencoded are refused, above all the fragment's `#`.
    static func isTarget(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            return false
        default:
            return byte > 0x20 && byte < 0x7F
        }
    }

    /// The characters of a registered name, except percent signs (RFC 3986 section 3.2.2: unreserved and
    /// sub-delims).
    static func isRegisteredName(_ byte: UInt8) -> Bool {
        if isLetter(byte) || isDigit(byte) { return true }
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
            UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
            return true
        default:
            return false
        }
    }

    /// Lower case for ASCII letters, anything else as it is.
    static func folded(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}

extension Span<UInt8> {
    /// Whether these are exactly the bytes of `text`.
    func equals(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard self.count == count else { return false }
        let start = unsafe text.utf8Start
        for index in 0..<count {
            guard unsafe self[index] == start[index] else { return false }
        }
        return true
    }

    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// The same, ignoring the case of ASCII letters; `text` is in lower case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard self.count == count else { return false }
        let start = unsafe text.utf8Start
        for index in 0..<count {
            guard unsafe HTTP1Character.folded(self[index]) == start[index] else { return false }
        }
        return true
    }

    /// The position of the first such byte at or after `start`.
    func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// A range without the white space at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, HTTP1Character.isWhiteSpace(self[start]) { start += 1 }
        while start < end, HTTP1Character.isWhiteSpace(self[end - 1]) { end -= 1 }
        return start..<end
    }

    func allSatisfy(_ isAllowed: (UInt8) -> Bool) -> Bool {
        for index in indices where !isAllowed(self[index]) { return false }
        return true
    }
}

extension [UInt8] {
    mutating func append(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { buffer in unsafe append(contentsOf: buffer) }
    }
}
