// The contents of the first page: who is live now, so that it is right before any script has run.

package struct HomePage {
    /// A stream that is on.
    package struct Stream: Sendable {
        package enum State: Sendable {
            case live, paused
        }

        package struct PictureSize: Sendable {
            let width: Int
            let height: Int

            package init(width: Int, height: Int) {
                self.width = width
                self.height = height
            }
        }

        let name: String
        let state: State
        let viewers: Int
        /// Milliseconds since 1970.
        let startedAtMs: UInt64
        let hasPicture: Bool
        /// nil where there is no picture or its size is not known.
        let pictureSize: PictureSize?
        /// Of the picture, or of the sound where there is no picture; nil when there are no tracks.
        let codec: String?

        package init(
            name: String, state: State, viewers: Int, startedAtMs: UInt64, hasPicture: Bool,
            pictureSize: PictureSize?, codec: String?
        ) {
            self.name = name
            self.state = state
            self.viewers = viewers
            self.startedAtMs = startedAtMs
            self.hasPicture = hasPicture
            self.pictureSize = pictureSize
            self.codec = codec
        }
    }

    /// In the order in which they are shown.
    private let streams: [Stream]
    private let nowMs: UInt64
    private let words: Words

    /// `nowMs` is the wall clock in milliseconds since 1970.
    init(streams: [Stream], nowMs: UInt64, words: Words) {
        self.streams = streams
        self.nowMs = nowMs
        self.words = words
    }

    /// The values of the template's gaps.
    var values: [String: String] {
        [
            "streams": streams.prefix(Self.cards)
                .map { StreamCard(stream: $0, nowMs: nowMs, words: words).html }.joined(
                    separator: "\n"),
            "summary": summary.htmlEscaped,
        ]
    }

    /// Cards that the page has from the beginning; its script adds the others.
    static let cards = 60

    package static func inOrder(_ streams: [Stream]) -> [Stream] {
        streams.sorted(by: isBefore)
    }

    /// Most viewers first; among equals the one that began first, then by name
    /// (as in Assets/home/stream-order.js).
    private static func isBefore(_ one: Stream, _ other: Stream) -> Bool {
        if one.viewers != other.viewers { return one.viewers > other.viewers }
        return (one.startedAtMs, one.name) < (other.startedAtMs, other.name)
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
