import Accounts
import StreamState
import Testing

@testable import Credentials
@testable import HTTP

@Suite struct SessionCookieTests {
    private static let token = String(repeating: "t", count: 43)
    private let session = SecretDigest(.session, presented: token)

    private func request(_ cookies: [String]) -> Request {
        Request(
            method: "GET", target: "/", headers: cookies.map { HeaderField("cookie", $0) })
    }

    private func session(_ cookies: String...) -> SecretDigest? {
        SessionCookie.session(of: request(cookies))
    }

    @Test("the session is found among other cookies, in one field or in several")
    func found() {
        #expect(session != nil)
        #expect(session("__Host-weir=" + Self.token) == session)
        #expect(session("a=b; __Host-weir=\(Self.token); c=d") == session)
        #expect(session("a=b", "__Host-weir=" + Self.token) == session)
    }

    @Test("none, another name, two of them, or a text that is no token are no session")
    func missing() {
        #expect(session() == nil)
        #expect(session("weir=\(Self.token); x__Host-weir=\(Self.token)") == nil)
        #expect(session("__Host-weir=\(Self.token); __Host-weir=\(Self.token)") == nil)
        #expect(session("__Host-weir=abc") == nil)
    }

    @Test("the cookie of a session that was prolonged is set again, and no other")
    func renewal() throws {
        let session = try #require(session)
        let account = Account(
            UserRecord(
                id: .random(), name: try StreamName("anna"), password: "", isDisabled: false,
                createdAtMs: 0, streamKey: nil))
        for wasProlonged in [true, false] {
            let holder = SessionHolder(
                account: account, session: session, wasProlonged: wasProlonged)
            let fields = SessionCookie.renewal(
                holder, request(["__Host-weir=" + Self.token])
            ).map(\.value)
            #expect(fields == (wasProlonged ? [SessionCookie.set(token: Self.token).value] : []))
        }
    }

    @Test("the cookie is for this host, for TLS, and out of scripts' reach")
    func attributes() {
        #expect(
            SessionCookie.set(token: "abc").value
                == "__Host-weir=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000")
        #expect(SessionCookie.cleared.value.hasSuffix("Max-Age=0"))
    }
}
