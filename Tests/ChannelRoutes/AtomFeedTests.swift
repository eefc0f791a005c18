// A feed's ids stay what they are, and what strangers write stays text. Whether it is Atom, Tests/EndToEnd asks a
// reader of feeds.

import Testing

@testable import ChannelRoutes

@Suite struct AtomFeedTests {
    private func feed(
        origin: String = "https://live.example:8443", title: String = "T", endedAtMs: UInt64? = nil
    ) -> String {
        let entry = AtomFeed.Entry(
            name: "anna", displayName: "Anna", broadcast: "19af-1", title: title, summary: "",
            tags: ["a\"b"], language: nil, startedAtMs: 86_400_000, endedAtMs: endedAtMs)
        let feed = AtomFeed(
            origin: origin, path: "/feed.xml", page: "/", id: "feed", title: "Site", subtitle: "",
            language: "en", icon: "/icon", entries: [entry])
        return String(decoding: feed.xml, as: UTF8.self)
    }

    @Test("a broadcast that ends, or is called something else, keeps its id")
    func id() {
        let id = "<id>tag:live.example,1970-01-02:anna/19af-1</id>"
        #expect(feed().contains(id))
        #expect(feed(title: "Other", endedAtMs: 90_000_000).contains(id))
        #expect(feed(endedAtMs: 90_000_000).contains("<updated>1970-01-02T01:00:00.000Z</updated>"))
    }

    @Test(
        "an id has a host without a port",
        arguments: [
            ("https://LIVE.example", "live.example"), ("https://127.0.0.1:1", "127.0.0.1"),
            ("https://[2001:db8::1]:8443", "2001-db8--1"),
        ])
    func host(origin: String, host: String) {
        #expect(feed(origin: origin).contains("<id>tag:\(host),2026:feed</id>"))
    }

    @Test("text is no markup, and has nothing that XML cannot have")
    func escaped() {
        #expect(feed(title: "<b>&\u{1}\u{FFFE}\"").contains("<title>&lt;b&gt;&amp;&quot;</title>"))
        #expect(feed().contains("term=\"a&quot;b\""))
    }
}
