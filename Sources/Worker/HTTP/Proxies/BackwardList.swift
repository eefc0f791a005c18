// The elements of a list that stands in one or several header fields (RFC 9110, section 5.6.1), from the
// last one to the first. What a proxy has appended is read first, so nothing that a stranger has put in
// front of it (an open quotation mark, say) can change its meaning.
//
// Pure.

struct BackwardList {
    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Those that have not been read, the last one in part.
    private var fields: [[UInt8]]
    /// Where the unread part of the last field ends.
    private var end: Int

    /// - Parameter fields: the values of the fields, in their order.
    init(_ fields: [[UInt8]]) {
        self.fields = fields
        end = fields.last?.count ?? 0
    }

    /// The next element, without white space around it; empty ones are left out. Nil: that was all.
    mutating func next() -> ArraySlice<UInt8>? {
        while let field = fields.last {
            let start = Self.startOfLastElement(in: field[..<end])
            let element = Self.trimmed(field[start..<end])
            if start > 0 {
                end = start - 1
            } else {
                fields.removeLast()
                end = fields.last?.count ?? 0
            }
            if !element.isEmpty { return element }
        }
        return nil
    }

    /// Behind the last comma that is not quoted.
    private static func startOfLastElement(in list: ArraySlice<UInt8>) -> Int {
        var isQuoted = false
        for index in list.indices.reversed() {
            if list[index] == quote, !isEscaped(index, in: list) {
                isQuoted.toggle()
            } else if list[index] == comma, !isQuoted {
                return index + 1
            }
        }
        return list.startIndex
    }

    private static func isEscaped(_ index: Int, in list: ArraySlice<UInt8>) -> Bool {
        !list[..<index].reversed().prefix { $0 == backslash }.count.isMultiple(of: 2)
    }

    static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = text.firstIndex { !HTTP1Character.isWhiteSpace($0) } ?? text.endIndex
        let end = text.lastIndex { !HTTP1Character.isWhiteSpace($0) } ?? text.startIndex
        return start < text.endIndex ? text[start...end] : text[start..<start]
    }
}
