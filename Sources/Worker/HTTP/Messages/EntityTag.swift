// Entity tags (RFC 9110, section 8.8.3) and the fields that compare them: If-None-Match, If-Match and
// If-Range (section 13.1).
//
// Pure. Our own tags are strong, and contain neither a comma nor a quotation mark.

/// The strong tag of one representation, including its quotation marks.
package struct EntityTag: Sendable, Equatable {
    package let bytes: [UInt8]

    package init(_ text: String) {
        bytes = Array(text.utf8)
        precondition(bytes.count > 2 && bytes.first == UInt8(ascii: "\""), "a tag is quoted")
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether a list contains the tag, by weak comparison, or is an asterisk: If-None-Match.
    func isIn(_ list: Span<UInt8>) -> Bool { isIn(list, takesWeak: true) }

    /// The same by strong comparison: If-Match.
    func isStronglyIn(_ list: Span<UInt8>) -> Bool { isIn(list, takesWeak: false) }

    /// Whether a field is exactly this tag: If-Range. A date in the field never matches.
    func isExactly(_ field: Span<UInt8>) -> Bool { field.isSame(as: bytes.span) }

    private func isIn(_ list: Span<UInt8>, takesWeak: Bool) -> Bool {
        var start = 0
        while start <= list.count {
            let end = list.firstIndex(of: UInt8(ascii: ","), from: start) ?? list.count
            let candidate = list.extracting(list.trimmed(start..<end))
            if candidate.equals("*") { return true }
            let isWeak = candidate.count > 2 && candidate.extracting(0..<2).equals("W/")
            let mayBeIt = takesWeak || !isWeak
            let opaque = isWeak ? candidate.extracting(2..<candidate.count) : candidate
            if mayBeIt, opaque.isSame(as: bytes.span) { return true }
            start = end + 1
        }
        return false
    }
}
