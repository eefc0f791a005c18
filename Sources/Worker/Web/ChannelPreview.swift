// What is known of a channel when somebody asks for its page: enough for the page's title and for previews of
// links to it. Pure.

package struct ChannelPreview: Sendable {
    /// A still of the broadcast that is on, if it is a picture that an `<img>` shows.
    package struct Still: Sendable {
        let contentType: String
        /// In pixels, if that is known.
        let size: (width: Int, height: Int)?

        /// Nil for a still that is a film.
        package init?(contentType: String, size: (width: Int, height: Int)?) {
            guard contentType.hasPrefix("image/") else { return nil }
            self.contentType = contentType
            self.size = size
        }
    }

    let name: String
    /// The name that is shown.
    let displayName: String
    /// Of the broadcast; empty when it has none.
    let title: String
    let description: String
    let isLive: Bool
    let still: Still?

    /// - Parameter displayName: empty when there is none.
    package init(
        name: String, displayName: String = "", title: String = "", description: String = "",
        isLive: Bool = false, still: Still? = nil
    ) {
        self.name = name
        self.displayName = displayName.isEmpty ? name : displayName
        self.title = title
        self.description = description
        self.isLive = isLive
        self.still = still
    }

    /// Of its page.
    var pageTitle: String { title.isEmpty ? displayName : "\(title) · \(displayName)" }

    private static let descriptionCharacters = 200

    /// What the broadcaster says, as one paragraph that is not too long; empty when there is nothing.
    var paragraph: String {
        let words = description.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard words.count > Self.descriptionCharacters else { return words }
        let cut = words.prefix(Self.descriptionCharacters)
        let end = cut.lastIndex(of: " ") ?? cut.endIndex
        return "\(cut[..<end])…"
    }

    func linkPreview(origin: String, words: Words, site: Site, logo: LinkPreview.Picture?)
        -> LinkPreview
    {
        let values = ["name": displayName, "site": site.name]
        let standard = isLive ? words("preview.live", values) : words("preview.offline", values)
        let picture = still.map {
            LinkPreview.Picture(
                path: "/\(name)/still", contentType: $0.contentType,
                size: $0.size)
        }
        return LinkPreview(
            origin: origin, path: "/\(name)/watchLive", title: title.isEmpty ? displayName : title,
            description: paragraph.isEmpty ? standard : paragraph, picture: picture ?? logo,
            player: "/\(name)/embed", isLive: isLive,
            feed: ("/\(name)/feed.xml", displayName))
    }
}
