// One card of the first page as HTML. Its words are said as in Assets/common/stream-card.js: the page's
// script takes over what is rendered here.

struct StreamCard {
    let stream: HomePage.Stream
    /// Milliseconds since 1970.
    let nowMs: UInt64
    let words: Words

    /// What fills the gaps of Pages/stream-card.html.
    var values: [String: String] {
        let face = stream.face
        let badge = badge
        return [
            "name": face.name.htmlEscaped, "state": badge.state, "hue": "\(face.hue)",
            "initial": face.initial.htmlEscaped, "picture": face.pictureElement,
            "badge": badge.text.htmlEscaped,
            "kind": stream.hasPicture ? "" : words.html("stream.sound-only"),
            "viewers": words("count.viewers", count: stream.viewers).htmlEscaped,
            "address": "/\(face.name.htmlEscaped)/watchLive",
            "language": face.languageAttribute,
            "heading": face.heading.htmlEscaped,
            "channel": face.title.isEmpty ? "" : face.shownName.htmlEscaped,
            "since": since.htmlEscaped,
        ]
    }

    /// Of a card that a script fills.
    static let emptyValues = [
        "name": "", "state": "", "hue": "", "initial": "", "picture": "", "badge": "", "kind": "",
        "viewers": "", "address": "", "language": "", "heading": "", "channel": "", "since": "",
    ]

    private var badge: (state: String, text: String) {
        switch stream.state {
        case .live: ("live", words("stream.live"))
        case .paused: ("paused", words("stream.paused"))
        }
    }

    private var since: String {
        switch stream.state {
        case .live: words.live(forMs: nowMs - min(nowMs, stream.startedAtMs))
        case .paused: words("stream.interrupted")
        }
    }
}
