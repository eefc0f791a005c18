// What links to pages show elsewhere, in the language of whoever asks.

extension WebSite {
    /// What this server is, in a sentence or a paragraph.
    package var siteDescription: String {
        site.text.isEmpty ? words("preview.home", ["site": site.name]) : site.text
    }

    /// The path of the icon.
    package var iconAddress: String { site.icon(assets).address }

    func homePreview(origin: String) -> LinkPreview {
        LinkPreview(
            origin: origin, path: "/", title: site.name, description: siteDescription,
            picture: logoPicture, player: nil, isLive: false, feed: ("/feed.xml", site.name))
    }

    func preview(of channel: ChannelPreview, origin: String) -> LinkPreview {
        channel.linkPreview(origin: origin, words: words, site: site, logo: logoPicture)
    }

    private var logoPicture: LinkPreview.Picture? {
        site.logo.map { logo in
            LinkPreview.Picture(
                path: assets.address(of: logo.fileName), contentType: logo.contentType,
                size: logo.size)
        }
    }
}
