// What somebody asks the oEmbed route for.
//
// Pure.

import HTTP
import StreamState
import Web

struct OEmbedQuestion: Equatable {
    let name: StreamName
    /// This server's origin, as the client has called it.
    let origin: String
    let code: EmbedCode

    /// What the address of a channel ends with.
    private static let pages: Set<Substring> = ["watchLive", "embed", "live"]

    /// Errors: the status that oEmbed has for it (section 2.3.4).
    init(query: Substring, origin: String?) throws(Problem) {
        guard let fields = URLEncodedFields.read(query.utf8), let url = fields["url"] else {
            throw .oEmbedMalformed
        }
        guard fields["format"] ?? "json" == "json" else { throw .oEmbedFormat }
        guard let origin, let name = Self.name(in: url, of: origin) else { throw .oEmbedNothing }
        self.name = name
        self.origin = origin
        code = EmbedCode(
            mostWidth: try Self.pixels(fields["maxwidth"]),
            mostHeight: try Self.pixels(fields["maxheight"]))
    }

    /// Nil when it is not the address of a channel of this server.
    private static func name(in url: String, of origin: String) -> StreamName? {
        let address = url.prefix { $0 != "?" && $0 != "#" }
        let parts = address.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].lowercased() == "https:", parts[1].isEmpty,
            withoutPort("https://\(parts[2])") == withoutPort(origin), pages.contains(parts[4])
        else { return nil }
        return try? StreamName(parts[3])
    }

    /// In lower case, and without the port that https has anyway.
    private static func withoutPort(_ origin: String) -> String {
        let text = origin.lowercased()
        return text.hasSuffix(":443") ? String(text.dropLast(4)) : text
    }

    private static func pixels(_ text: String?) throws(Problem) -> Int? {
        guard let text else { return nil }
        guard let pixels = Int(text), pixels > 0 else { throw .oEmbedMalformed }
        return pixels
    }
}

extension Problem {
    static let oEmbedMalformed = Problem(
        status: 400, slug: "malformed-query", title: "This question cannot be understood",
        detail: "url is an address, in the encoding of forms; maxwidth and maxheight are pixels.")

    static let oEmbedFormat = Problem(
        status: 501, slug: "json-only", title: "There is only JSON",
        detail: "Leave format out, or give json.")

    static let oEmbedNothing = Problem(
        status: 404, slug: "no-player", title: "This address has no player",
        detail: "Players are those of https://HOST/NAME/watchLive, HOST being this server.")
}
