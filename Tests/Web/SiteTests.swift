// The name, the words and the logo of an operator, on pages.

import Testing

@testable import Web

@Suite struct SiteTests {
    private static let hostile = "A <b>\"&' Stage"
    private static let escaped = "A &lt;b&gt;&quot;&amp;&#39; Stage"

    private func text(_ document: Document) -> String {
        String(decoding: document.bytes, as: UTF8.self)
    }

    @Test("pages have the site's name in their title and head, and nothing of it becomes markup")
    func name() {
        let site = WebSite(site: Site(name: Self.hostile))
        for page in [
            site.notFound(visitor: .anonymous),
            site.watch(ChannelPreview(Face(name: "alice")), visitor: .anonymous),
            site.embed(ChannelPreview(Face(name: "alice"))),
        ] {
            let html = text(page)
            #expect(html.contains("· \(Self.escaped)</title>"))
            #expect(html.contains("name=\"application-name\" content=\"\(Self.escaped)\""))
            #expect(!html.contains("A <b>"))
        }
    }

    @Test("the first page has the site's text, and none where there is none")
    func words() {
        let home = { (site: Site) in
            text(
                WebSite(site: site).home(
                    streams: [], origin: "https://h", nowMs: 0, visitor: .anonymous,
                    requiresAccount: true))
        }
        #expect(
            home(Site(name: "W", text: Self.hostile)).contains(
                "<p class=\"site-text\">\(Self.escaped)</p>"))
        #expect(!home(.plain).contains("site-text"))
    }

    @Test("where nobody can sign up, the operator's words say whom to ask")
    func signUp() {
        let own = WebSite(offersSignUp: false, site: Site(name: "W", signUpText: "Ask <Ann>."))
        #expect(text(own.signUpIsClosed()).contains("Ask &lt;Ann&gt;."))
        let plain = WebSite(offersSignUp: false)
        #expect(text(plain.signUpIsClosed()).contains(Words.english("message.by-invitation.text")))
    }

    @Test(
        "the logo is an asset with its own type, and the icon of pages",
        arguments: ["png", "jpeg", "webp"])
    func logo(type: String) throws {
        let logo = Site.Logo(type: type, bytes: Array("picture".utf8), size: (64, 64))
        let sites = WebSites(offersSignUp: true, site: Site(name: "W", logo: logo))
        let asset = try #require(sites.assets.document(at: "logo.\(type)"))
        #expect(asset.contentType == "image/\(type)" && asset.bytes == logo.bytes)
        let address = "/assets/\(sites.assets.version)/logo.\(type)"
        let html = text(sites.site(in: "en").notFound(visitor: .anonymous))
        #expect(html.contains("<img src=\"\(address)\" alt=\"\">"))
        #expect(html.contains("<link rel=\"icon\" href=\"\(address)\" type=\"image/\(type)\">"))
    }
}
