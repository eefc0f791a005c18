import HTTP
import Testing

@testable import Worker

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

@Suite struct SessionCookieTests {
    private func token(_ cookies: String...) -> Substring? {
        SessionCookie.token(
            of: Request(
                method: "GET", target: "/",
                headers: cookies.map { HeaderField("cookie", $0) }))
    }

    @Test("the session is found among other cookies, in one field or in several")
    func found() {
        #expect(token("__Host-weir=abc") == "abc")
        #expect(token("a=b; __Host-weir=abc; c=d") == "abc")
        #expect(token("a=b", "__Host-weir=abc") == "abc")
    }

    @Test("none, another name, or two of them are no session")
    func missing() {
        #expect(token() == nil)
        #expect(token("weir=abc; x__Host-weir=abc") == nil)
        #expect(token("__Host-weir=abc; __Host-weir=def") == nil)
    }

    @Test("the cookie is for this host, for TLS, and out of scripts' reach")
    func attributes() {
        #expect(
            SessionCookie.set(token: "abc").value
                == "__Host-weir=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000")
        #expect(SessionCookie.cleared.value.hasSuffix("Max-Age=0"))
    }
}
