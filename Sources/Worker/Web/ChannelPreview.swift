// What is known of a channel when somebody asks for its page: enough for the page's title and for previews of
// links to it. Pure.

package struct ChannelPreview: Sendable {
    /// A still of the broadcast that is on, or of the last one, if it is a picture that an `<img>` shows.
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

    let face: Face
    /// What the channel says of itself while it is not live; empty when that is nothing.
    let line: String
    let isLive: Bool
    /// The broadcast that is on is on no list.
    let isUnlisted: Bool
    let still: Still?

    package init(
        _ face: Face, line: String = "", isLive: Bool = false, isUnlisted: Bool = false,
        still: Still? = nil
    ) {
        self.face = face
        self.line = line
        self.isLive = isLive
        self.isUnlisted = isUnlisted
        self.still = still
    }

    /// Of its page.
    var pageTitle: String {
        face.title.isEmpty ? face.shownName : "\(face.title) · \(face.shownName)"
    }

    private static let descriptionCharacters = 200

    /// What the broadcaster says, as one paragraph that is not too long; empty when there is nothing.
    var paragraph: String {
        let text = face.description.isEmpty ? line : face.description
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard words.count > Self.descriptionCharacters else { return words }
        let cut = words.prefix(Self.descriptionCharacters)
        let end = cut.lastIndex(of: " ") ?? cut.endIndex
        return "\(cut[..<end])…"
    }

    func linkPreview(origin: String, words: Words, site: Site, logo: LinkPreview.Picture?)
        -> LinkPreview
    {
        let values = ["name": face.shownName, "site": site.name]
        let standard = isLive ? words("preview.live", values) : words("preview.offline", values)
        let ownStill = still.map {
            LinkPreview.Picture(
                path: "/\(face.name)/still", contentType: $0.contentType, size: $0.size)
        }
        let ownPicture = face.picturePath.map {
            LinkPreview.Picture(path: $0, contentType: nil, size: nil)
        }
        return LinkPreview(
            origin: origin, path: "/\(face.name)/watchLive", title: face.heading,
            description: paragraph.isEmpty ? standard : paragraph,
            picture: ownStill ?? ownPicture ?? logo,
            player: "/\(face.name)/embed", isLive: isLive,
            feed: ("/\(face.name)/feed.xml", face.shownName), isUnlisted: isUnlisted)
    }
}
