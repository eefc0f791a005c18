// What a link to a page shows in chats, in lists of results and on other pages: canonical address and
// description (HTML), Open Graph (ogp.me), Twitter cards, and where to find more (oEmbed, Atom). All of it stands
// in the head of the page, because programs that make previews run no scripts.
//
// Pure. What strangers have written is escaped here.

struct LinkPreview {
    struct Picture {
        /// Its path on this server.
        let path: String
        /// Nil if it is not known here.
        let contentType: String?
        /// In pixels, if that is known.
        let size: (width: Int, height: Int)?
    }

    /// This server's origin as the client knows it: "https://host:port".
    let origin: String
    /// The path of the page.
    let path: String
    let title: String
    /// One paragraph.
    let description: String
    let picture: Picture?
    /// The path of the player for frames; nil for a page without one.
    let player: String?
    let isLive: Bool
    let feed: (path: String, title: String)
    /// Machines that make lists of pages are asked to leave it out.
    var isUnlisted = false

    static let playerSize = (width: 1280, height: 720)

    func html(siteName: String) -> String {
        let video = player.map(videoElements) ?? []
        let robots = isUnlisted ? [Self.meta("name", "robots", "noindex")] : []
        return (robots + pageElements(siteName) + pictureElements + video + [feedElement])
            .joined(separator: "\n")
    }

    private func pageElements(_ siteName: String) -> [String] {
        [
            "<link rel=\"canonical\" href=\"\(absolute(path))\">",
            Self.meta("name", "description", description),
            Self.property("site_name", siteName),
            Self.property("type", player == nil ? "website" : "video.other"),
            Self.property("title", title), Self.property("description", description),
            Self.property("url", origin + path), Self.meta("name", "twitter:card", card),
        ]
    }

    /// Twitter takes the rest from Open Graph.
    private var card: String {
        if player != nil, isLive { return "player" }
        return player != nil && picture != nil ? "summary_large_image" : "summary"
    }

    private var pictureElements: [String] {
        guard let picture else { return [] }
        let size = picture.size.map {
            [
                Self.property("image:width", "\($0.width)"),
                Self.property("image:height", "\($0.height)"),
            ]
        }
        let type = picture.contentType.map { [Self.property("image:type", $0)] }
        return [Self.property("image", origin + picture.path)] + (type ?? []) + (size ?? [])
            + [Self.property("image:alt", title)]
    }

    private func videoElements(_ player: String) -> [String] {
        let (address, size) = (origin + player, Self.playerSize)
        let embed = [
            Self.property("video", address), Self.property("video:secure_url", address),
            Self.property("video:type", "text/html"),
            Self.property("video:width", "\(size.width)"),
            Self.property("video:height", "\(size.height)"),
        ]
        let card = [
            Self.meta("name", "twitter:player", address),
            Self.meta("name", "twitter:player:width", "\(size.width)"),
            Self.meta("name", "twitter:player:height", "\(size.height)"),
        ]
        let query = "url=\((origin + path).queryEscaped)&format=json"
        return embed + (isLive ? card : []) + [
            Self.link("application/json+oembed", "\(origin)/api/oembed?\(query)", title)
        ]
    }

    private var feedElement: String {
        Self.link("application/atom+xml", origin + feed.path, feed.title)
    }

    private func absolute(_ path: String) -> String { (origin + path).htmlEscaped }

    private static func property(_ name: String, _ content: String) -> String {
        meta("property", "og:\(name)", content)
    }

    private static func meta(_ kind: String, _ name: String, _ content: String) -> String {
        "<meta \(kind)=\"\(name)\" content=\"\(content.htmlEscaped)\">"
    }

    private static func link(_ type: String, _ address: String, _ title: String) -> String {
        "<link rel=\"alternate\" type=\"\(type)\" href=\"\(address.htmlEscaped)\" "
            + "title=\"\(title.htmlEscaped)\">"
    }
}
