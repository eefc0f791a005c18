// The first bytes of a client that does not begin with TLS: HTTP in the clear on the TLS port. Pure.

struct PlaintextHead: Equatable {
    /// Source clients on libshout that are not told whether to use TLS ask in the clear whether the
    /// server would change to it (RFC 2817), then for a page of Icecast, and try TLS when neither gets
    /// an answer. Any answer keeps them from it.
    let wantsSilence: Bool

    private static let upgradeQuestion: StaticString = "OPTIONS * "
    private static let poke: StaticString = "GET /admin/!POKE "

    /// Nil when the bytes are not HTTP, which begins with a word in capitals (RFC 8446 section 5.1: a
    /// handshake begins with 22).
    init?(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty,
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[0])
        else { return nil }
        wantsSilence =
            Self.begins(bytes, with: Self.upgradeQuestion) || Self.begins(bytes, with: Self.poke)
    }

    private static func begins(_ bytes: Span<UInt8>, with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        return bytes.count >= count && bytes.extracting(0..<count).equals(text)
    }
}
