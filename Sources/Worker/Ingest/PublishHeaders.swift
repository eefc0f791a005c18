// What the header section of a publish request says: which chunk its body is, and whether it takes over.
// Pure; every byte of it is untrusted.

import Channel
import HTTP
import Settings
import StreamState

struct PublishHeaders: Equatable, Sendable {
    struct BadChunkNumber: Error {}

    /// `Weir-Chunk: SESSION/N`; nil when there is none.
    let chunk: ChunkNumber?
    /// `Weir-Take-Over: 1`; or `?take-over=1`, from an encoder that can be given nothing but an address.
    let wantsTakeOver: Bool

    init(_ request: Request) throws(BadChunkNumber) {
        try self.init(
            chunk: request.header("weir-chunk"), takeOver: request.header("weir-take-over"),
            target: request.target)
    }

    init(chunk: String?, takeOver: String?, target: String) throws(BadChunkNumber) {
        self.chunk = try chunk.map(Self.parseChunk)
        let query = target.firstIndex(of: "?").map { target[target.index(after: $0)...] } ?? ""
        wantsTakeOver =
            takeOver == "1" || NamedValues.inQuery(query, named: "take-over") == ["1"]
    }

    private static func parseChunk(_ value: String) throws(BadChunkNumber) -> ChunkNumber {
        let parts = value.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...Limits.chunkSessionCharacters).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy(isSessionCharacter),
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt64(parts[1]), number < UInt64.max
        else { throw BadChunkNumber() }
        let session = PublisherIdentity.digest("session \(parts[0])")
        return ChunkNumber(session: max(1, session), number: number)
    }

    /// The characters of a token (RFC 9110, section 5.6.2) that need no quoting anywhere.
    private static func isSessionCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension PublishFacts {
    /// - Parameter identity: who publishes.
    init(_ headers: PublishHeaders, hasLength: Bool, identity: UInt64, about: About? = nil) {
        self.init(
            chunk: headers.chunk, start: .unknown, identity: identity,
            wantsTakeOver: headers.wantsTakeOver, sharesConnectionWithWriter: false,
            hasLength: hasLength)
        self.about = about
    }
}
