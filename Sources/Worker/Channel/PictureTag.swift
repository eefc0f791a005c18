// Tells one picture of a channel from another: part of its address, and its entity tag.
//
// Pure.

package struct PictureTag: Hashable, Sendable {
    /// 16 hexadecimal digits, in lower case.
    package let text: String

    private static let byteCount = 8

    /// - Parameter digest: of the picture; its first bytes are taken, of which it has to have as many.
    package init(digest: [UInt8]) {
        precondition(digest.count >= Self.byteCount, "a digest is longer")
        text = digest.prefix(Self.byteCount)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// As it was stored; nil for anything else.
    package init?(_ text: String) {
        let isTag =
            text.utf8.count == 2 * Self.byteCount
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
        guard isTag else { return nil }
        self.text = text
    }

    /// Where the picture is. Other pictures of the channel have other addresses.
    /// - Parameter name: of the channel; valid, so nothing of it has to be escaped.
    package func url(ofChannel name: String) -> String { "/\(name)/picture?v=\(text)" }
}
