import Testing

@testable import HTTP

@Suite struct CrossSiteCheckTests {
    @Test(
        "what our own pages send goes through",
        arguments: [
            ("same-origin", nil), ("none", nil), ("same-origin", "https://weir.example"),
            (nil, "https://weir.example"),
        ] as [(String?, String?)])
    func own(site: String?, origin: String?) {
        #expect(CrossSiteCheck.allows(site: site, origin: origin, authority: "weir.example"))
    }

    @Test(
        "what other sites send does not",
        arguments: [
            ("cross-site", nil), ("same-site", nil), ("same-site", "https://weir.example"),
            ("anything", nil), (nil, "https://evil.example"), (nil, "http://weir.example"),
            (nil, "https://weir.example.evil.example"), (nil, "https://weir.example:8443"),
            (nil, "null"), (nil, ""),
        ] as [(String?, String?)])
    func others(site: String?, origin: String?) {
        #expect(!CrossSiteCheck.allows(site: site, origin: origin, authority: "weir.example"))
    }

    @Test("the default port may be there or not, and case does not matter")
    func ports() {
        let origin = "https://weir.example"
        #expect(CrossSiteCheck.allows(site: nil, origin: origin, authority: "weir.example:443"))
        #expect(CrossSiteCheck.allows(site: nil, origin: origin, authority: "Weir.Example"))
        #expect(
            CrossSiteCheck.allows(site: nil, origin: origin + ":443", authority: "weir.example"))
        #expect(
            CrossSiteCheck.allows(
                site: nil, origin: "https://[::1]:8443", authority: "[::1]:8443"))
    }

    @Test("what is no browser says neither, and goes through")
    func programs() {
        #expect(CrossSiteCheck.allows(site: nil, origin: nil, authority: "weir.example"))
    }
}
