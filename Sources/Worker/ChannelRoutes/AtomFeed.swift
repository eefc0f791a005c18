// Broadcasts as a feed (Atom, RFC 4287).
//
// Pure. Ids are tags (RFC 4151) of the host, the day and the broadcast, so that a broadcast keeps its id when it
// has ended, and however its words change. What strangers have written is escaped here.

import Text

struct AtomFeed {
    struct Entry {
        /// A valid stream name.
        let name: String
        /// Of its channel.
        let displayName: String
        /// What names this broadcast for good (`Ring.broadcastID`).
        let broadcast: String
        let title: String
        /// May have several lines; empty when there is nothing to say.
        let summary: String
        let tags: [String]
        let language: String?
        /// Wall clock, in milliseconds since 1970.
        let startedAtMs: UInt64
        /// The same; nil while it is on.
        let endedAtMs: UInt64?

        var updatedMs: UInt64 { endedAtMs ?? startedAtMs }
    }

    /// This server's origin as the client knows it: "https://host:port".
    let origin: String
    /// The path of the feed, and of the page that it stands for.
    let path: String
    let page: String
    /// What names it for good, beside the host.
    let id: String
    let title: String
    /// Empty when there is none.
    let subtitle: String
    let language: String
    let icon: String
    /// The newest first.
    let entries: [Entry]

    /// The year in which Weir had its first feed: an id of a feed has to have some date.
    private static let year = "2026"

    var xml: [UInt8] {
        let updatedMs = entries.map(\.updatedMs).max() ?? 0
        let head = [
            #"<?xml version="1.0" encoding="utf-8"?>"#,
            #"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="\#(Self.escaped(language))">"#,
            element("id", "tag:\(host),\(Self.year):\(id)"), element("title", title),
            subtitle.isEmpty ? nil : element("subtitle", subtitle),
            element("updated", Timestamp.rfc3339(ms: updatedMs)),
            link("self", "application/atom+xml", path), link("alternate", "text/html", page),
            element("icon", origin + icon), element("generator", "Weir"),
            // Of entries without one; a feed without entries needs one as well.
            "<author>\(element("name", title))</author>",
        ]
        let text = head.compactMap { $0 } + entries.map(xml(of:)) + ["</feed>\n"]
        return Array(text.joined(separator: "\n").utf8)
    }

    private func xml(of entry: Entry) -> String {
        let day = Timestamp.rfc3339(ms: entry.startedAtMs).prefix(10)
        let language = entry.language.map { " xml:lang=\"\(Self.escaped($0))\"" } ?? ""
        let parts = [
            "<entry\(language)>",
            element("id", "tag:\(host),\(day):\(entry.name)/\(entry.broadcast)"),
            element("title", entry.title),
            element("published", Timestamp.rfc3339(ms: entry.startedAtMs)),
            element("updated", Timestamp.rfc3339(ms: entry.updatedMs)),
            link("alternate", "text/html", "/\(entry.name)/watchLive"),
            "<author>\(element("name", entry.displayName))"
                + "\(element("uri", "\(origin)/\(entry.name)/watchLive"))</author>",
            entry.summary.isEmpty ? nil : element("summary", entry.summary),
        ]
        let tags = entry.tags.map { "<category term=\"\(Self.escaped($0))\"/>" }
        return (parts.compactMap { $0 } + tags + ["</entry>"]).joined(separator: "\n")
    }

    /// Without a port, which a tag has no place for; an IPv6 address in letters and digits.
    private var host: String {
        let authority = origin.dropFirst("https://".count)
        if authority.first == "[" {
            let address = authority.dropFirst().prefix { $0 != "]" }
            return address.map { $0 == ":" ? "-" : String($0) }.joined()
        }
        return authority.prefix { $0 != ":" }.lowercased()
    }

    private func element(_ name: String, _ text: String) -> String {
        "<\(name)>\(Self.escaped(text))</\(name)>"
    }

    private func link(_ relation: String, _ type: String, _ path: String) -> String {
        "<link rel=\"\(relation)\" type=\"\(type)\" href=\"\(Self.escaped(origin + path))\"/>"
    }

    /// For element content and attributes in quotes. Characters that XML cannot have are left out; what is
    /// shown has none, but files may be spoilt.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": break
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
