// Our scripts and style sheets as browsers get them: without indentation, empty lines, and comments that have
// lines of their own. That is a third of them, compressed as well.
//
// It reads what our own sources contain, not JavaScript or CSS in general: a comment stands on lines of its own
// or stays where it is, and no text in backticks goes on in the next line (CompactSourceTests look at all files).
// Pure.

struct CompactSource {
    private(set) var bytes: [UInt8] = []
    private var isInComment = false

    init(of source: [UInt8]) {
        bytes.reserveCapacity(source.count)
        for line in source.split(separator: UInt8(ascii: "\n")) { add(line) }
    }

    private mutating func add(_ line: ArraySlice<UInt8>) {
        let text = line.drop { $0 == UInt8(ascii: " ") }
        if isInComment {
            guard let end = Self.end(ofCommentIn: text) else { return }
            isInComment = false
            return add(text[end...])
        }
        if text.isEmpty || text.starts(with: Self.lineComment) { return }
        if text.starts(with: Self.comment) {
            let end = Self.end(ofCommentIn: text.dropFirst(Self.comment.count))
            isInComment = end == nil
            if end ?? text.endIndex == text.endIndex { return }
        }
        bytes += text
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Where what follows a comment begins; nil when it goes on in the next line.
    private static func end(ofCommentIn text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first {
            text[$0] == UInt8(ascii: "*") && text[$0 + 1] == UInt8(ascii: "/")
        }.map { $0 + 2 }
    }

    private static let lineComment = Array("//".utf8)
    private static let comment = Array("/*".utf8)
}
