// The contents of the first page: who is live now, so that it is right before any script has run.

package struct HomePage {
    /// A stream that is on.
    package struct Stream: Sendable {
        package enum State: Sendable {
            case live, paused
        }

        package let face: Face
        let state: State
        let viewers: Int
        /// Milliseconds since 1970.
        let startedAtMs: UInt64
        let hasPicture: Bool

        package init(
            face: Face, state: State, viewers: Int, startedAtMs: UInt64, hasPicture: Bool
        ) {
            self.face = face
            self.state = state
            self.viewers = viewers
            self.startedAtMs = startedAtMs
            self.hasPicture = hasPicture
        }
    }

    /// In the order in which they are shown.
    private let streams: [Stream]
    private let nowMs: UInt64
    private let words: Words
    /// Of a card (Pages/stream-card.html).
    private let card: Template

    /// `nowMs` is the wall clock in milliseconds since 1970.
    init(streams: [Stream], nowMs: UInt64, words: Words, card: Template) {
        self.streams = streams
        self.nowMs = nowMs
        self.words = words
        self.card = card
    }

    /// The values of the template's gaps.
    var values: [String: String] {
        [
            "streams": streams.prefix(Self.cards).map(html).joined(),
            "summary": summary.htmlEscaped,
            "browse-attributes": streams.count < Self.browseFrom ? " hidden" : "",
        ]
    }

    private func html(_ stream: Stream) -> String {
        let values = StreamCard(stream: stream, nowMs: nowMs, words: words).values
        return card.filled(with: values.merging(["level": "h2"]) { value, _ in value })
    }

    /// From so many broadcasts on, one can search and sort them (as in Assets/home/home.js).
    private static let browseFrom = 12

    /// Cards that the page has from the beginning; its script adds the others.
    static let cards = 60

    package static func inOrder(_ streams: [Stream]) -> [Stream] {
        streams.sorted(by: isBefore)
    }

    /// Most viewers first; among equals the one that began first, then by name
    /// (as in Assets/common/stream-order.js).
    private static func isBefore(_ one: Stream, _ other: Stream) -> Bool {
        if one.viewers != other.viewers { return one.viewers > other.viewers }
        return (one.startedAtMs, one.face.name) < (other.startedAtMs, other.face.name)
    }

    private var summary: String {
        if streams.isEmpty { return words("home.nobody") }
        let viewers = streams.reduce(0) { $0 + $1.viewers }
        return words(
            "home.summary",
            [
                "broadcasts": words("count.broadcasts", count: streams.count),
                "viewers": words("count.viewers", count: viewers),
            ])
    }
}
