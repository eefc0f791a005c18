import Testing

@testable import Credentials
@testable import HTTP

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
