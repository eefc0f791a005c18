import Testing

@testable import Web

@Suite struct EmbedTests {
    private let site = WebSite()

    private static func html(_ document: Document) -> String {
        String(decoding: document.bytes, as: UTF8.self)
    }

    private static func policy(_ fields: [PageSecurity.Field]) -> String {
        fields.first { $0.name == "content-security-policy" }?.value ?? ""
    }

    @Test("the player in a frame has the same player as its own page, and nothing around it")
    func player() {
        let embed = Self.html(site.embed(ChannelPreview(Face(name: "bob", title: "A <b> walk"))))
        let watch = Self.html(
            site.watch(
                ChannelPreview(
                    Face(
                        name: "bob", displayName: "Bob", title: "A <b> walk",
                        description: "One\n& two", tags: ["x", "<y>"])),
                visitor: .signedIn(name: "anna")))
        for part in [
            "id=\"player\" data-name=\"bob\"", "id=\"controls\"", "id=\"keys\"", "id=\"badge\"",
            "id=\"viewers\"", "id=\"since\"", "id=\"announcer\"", "rel=\"icon\"",
        ] {
            #expect(embed.contains(part) && watch.contains(part), "\(part)")
        }
        for page in [embed, watch] {
            #expect(page.contains("A &lt;b&gt; walk</h1>") && !page.contains("A <b> walk"))
            #expect(page.contains("<title>A &lt;b&gt; walk · "))
        }
        #expect(watch.contains(">One\n&amp; two</p>") && watch.contains("&lt;y&gt;</li>"))
        #expect(watch.contains(#"id="channel" dir="auto">Bob</p>"#))
        #expect(embed.contains(#"<a class="player-caption" href="/bob/watchLive""#))
        #expect(embed.contains("<body data-page=\"embed\">"))
        for part in [
            "site-header", "site-footer", "site-account", "id=\"share\"", "/logout", "anna",
        ] {
            #expect(!embed.contains(part) && watch.contains(part), "\(part)")
        }
    }

    @Test(
        "only the player in a frame can be framed, by those who may",
        arguments: [
            (nil, "frame-ancestors *;"),
            (["https://a.example", "http://b:8"], "frame-ancestors https://a.example http://b:8;"),
        ] as [([String]?, String)])
    func ancestors(origins: [String]?, words: String) {
        let policy = Self.policy(PageSecurity.fields(framedBy: origins))
        #expect(policy.contains(words))
        let strict = Self.policy(PageSecurity.fields)
        #expect(strict.contains("frame-ancestors 'none';"))
        // Nothing else is different.
        #expect(policy.replacing(words, with: "frame-ancestors 'none';") == strict)
    }

    @Test("that there is no such channel is said in the frame's own way, too")
    func nobody() {
        let embed = Self.html(site.embedNoSuchChannel())
        #expect(embed.contains("There is no such channel") && !embed.contains("site-header"))
        let page = Self.html(site.noSuchChannel(name: "bob", visitor: .unknown))
        #expect(
            page.contains("There is no such channel") && page.contains("Nobody here is called bob"))
    }
}
