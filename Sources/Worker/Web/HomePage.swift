// What fills the first page: who is live now, so that it is right before any script has run.

package struct HomePage {
    package struct Stream: Sendable {
        let name: String
        let viewers: Int

        package init(name: String, viewers: Int) {
            self.name = name
            self.viewers = viewers
        }
    }

    private let streams: [Stream]
    private let origin: String

    init(streams: [Stream], origin: String) {
        self.streams = streams
        self.origin = origin
    }

    /// The values of the template's gaps.
    var values: [String: String] {
        ["streams": streams.map(item).joined(separator: "\n"), "origin": origin.htmlEscaped]
    }

    private func item(_ stream: Stream) -> String {
        let viewers = stream.viewers == 1 ? "1 viewer" : "\(stream.viewers) viewers"
        let name = stream.name.htmlEscaped
        return "<li><a href=\"/\(name)/watchLive\">\(name)</a> <span>\(viewers)</span></li>"
    }
}
