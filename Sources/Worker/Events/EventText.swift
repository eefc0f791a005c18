// Server-sent events as text (HTML standard, section 9.2.6): one field a line, an empty line at the end.

import Text

enum EventText {
    /// The beginning of every response: how long the client waits before it connects again.
    static func preamble(retryMs: Int) -> [UInt8] { Array("retry: \(retryMs)\n\n".utf8) }
    /// A comment, for proxies and clients that would hang up on silence.
    static let keepAlive = Array(":\n\n".utf8)
    /// A list of streams is one event, sent in pieces: this start, the elements, the end.
    static let listStart = Array("event: streams\ndata: {\"streams\":[".utf8)
    static let listEnd = Array("]}\n\n".utf8)

    /// JSON as Weir writes it has no line breaks, so it is one line of data.
    static func event(_ name: String, json: [UInt8]) -> [UInt8] {
        Array("event: \(name)\ndata: ".utf8) + json + Array("\n\n".utf8)
    }

    static func gone(_ name: String) -> [UInt8] {
        event("gone", json: Array(JSONValue.object([JSONMember("name", .string(name))]).text.utf8))
    }
}
