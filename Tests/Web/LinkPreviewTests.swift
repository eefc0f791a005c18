// What links show. Whether programs that make previews understand it, Tests/EndToEnd asks a parser of theirs.

import Testing

@testable import Web

@Suite struct LinkPreviewTests {
    private func head(_ document: Document) -> String {
        let text = String(decoding: document.bytes, as: UTF8.self)
        return text.split(separator: "</head>").first.map(String.init) ?? ""
    }

    private func watch(_ channel: ChannelPreview, site: Site = .plain) -> String {
        head(
            WebSite(site: site).watch(channel, visitor: .anonymous, origin: "https://h:1"))
    }

    @Test("what strangers write is text in every place of the head")
    func escaped() {
        let hostile = "\"><script>&'"
        let html = watch(
            ChannelPreview(
                Face(name: "anna", displayName: hostile, title: hostile, description: hostile),
                isLive: true))
        #expect(!html.contains("\"><script>&"))
        #expect(html.contains("og:title\" content=\"&quot;&gt;&lt;script&gt;&amp;&#39;\">"))
        #expect(html.contains("<title>&quot;&gt;&lt;script&gt;"))
    }

    @Test("without words, a sentence says what this is, in the language of the page")
    func sentences() {
        let live = watch(ChannelPreview(Face(name: "anna"), isLive: true))
        #expect(live.contains("content=\"anna is live on Weir.\""))
        let german = head(
            WebSite(language: "de").watch(
                ChannelPreview(Face(name: "anna")), visitor: .anonymous, origin: "https://h"))
        #expect(german.contains("content=\"anna sendet auf Weir.\""))
    }

    @Test("machines are asked not to list what is unlisted, and nothing else")
    func unlisted() {
        let robots = "<meta name=\"robots\" content=\"noindex\">"
        for isUnlisted in [true, false] {
            let preview = ChannelPreview(Face(name: "anna"), isLive: true, isUnlisted: isUnlisted)
            #expect(watch(preview).contains(robots) == isUnlisted)
        }
    }

    @Test("a long description is cut at a word, and its lines become one")
    func paragraph() {
        let words = Array(repeating: "words", count: 60).joined(separator: "\n")
        let text = ChannelPreview(Face(name: "anna", description: words)).paragraph
        #expect(text.count <= 201 && text.hasSuffix("words…") && !text.contains("\n"))
        let endless = String(repeating: "x", count: 300)
        #expect(ChannelPreview(Face(name: "anna", description: endless)).paragraph.count == 201)
    }

    @Test("a page whose address nobody knows says nothing absolute")
    func noOrigin() {
        let html = head(WebSite().watch(ChannelPreview(Face(name: "anna")), visitor: .anonymous))
        #expect(!html.contains("canonical") && !html.contains("og:"))
    }

    @Test("a card is as large as there is something to see")
    func cards() {
        let card = { (kind: String) in "name=\"twitter:card\" content=\"\(kind)\"" }
        #expect(watch(ChannelPreview(Face(name: "anna"), isLive: true)).contains(card("player")))
        #expect(watch(ChannelPreview(Face(name: "anna"))).contains(card("summary")))
        let site = Site(name: "W", logo: Site.Logo(type: "png", bytes: [1], size: (64, 64)))
        #expect(
            watch(ChannelPreview(Face(name: "anna")), site: site).contains(
                card("summary_large_image")))
    }

    @Test(
        "the manifest names an icon that is there, with its size",
        arguments: ["png", "jpeg", "webp"])
    func manifest(type: String) {
        let plain = String(decoding: WebSite().manifest().bytes, as: UTF8.self)
        #expect(plain.contains("icon.svg\",\"type\":\"image/svg+xml\",\"sizes\":\"any\""))
        let logo = Site.Logo(type: type, bytes: [1], size: (512, 256))
        let own = WebSite(site: Site(name: "W", logo: logo))
        let text = String(decoding: own.manifest().bytes, as: UTF8.self)
        #expect(text.contains("logo.\(type)\",\"type\":\"image/\(type)\",\"sizes\":\"512x256\""))
    }
}
