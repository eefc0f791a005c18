import Testing

@testable import Web

@Suite struct EntryPageTests {
    private let site = WebSite()

    private func text(_ page: Document) -> String { String(decoding: page.bytes, as: UTF8.self) }

    private func input(_ id: String, in page: Document) throws -> Substring {
        try #require(
            text(page).split(separator: "<input ").first { $0.hasPrefix("id=\"\(id)\"") })
    }

    @Test("password managers are told which password is which")
    func autocomplete() throws {
        let signUp = site.signUp(SignUpForm())
        let logIn = site.logIn(LogInForm())
        for page in [signUp, logIn] {
            #expect(try input("username", in: page).contains("autocomplete=\"username\""))
        }
        #expect(try input("password", in: signUp).contains("autocomplete=\"new-password\""))
        #expect(try input("password", in: logIn).contains("autocomplete=\"current-password\""))
    }

    @Test("what was typed comes back, and cannot become markup")
    func typed() throws {
        // With a combining mark, the quote is one Character with it.
        let hostile = "\"\u{301}><script>"
        let page = site.signUp(SignUpForm(username: hostile, next: hostile))
        #expect(!text(page).contains("<script>"))
        #expect(try input("username", in: page).contains("value=\"&quot;\u{301}&gt;&lt;script"))
    }

    @Test("a fault of a field has the focus there; the password never comes back")
    func fieldFault() throws {
        let fault = FormFault(field: "password", message: "Too short.")
        let page = site.signUp(SignUpForm(username: "alice", fault: fault))
        let password = try input("password", in: page)
        #expect(password.contains("aria-invalid=\"true\" autofocus"))
        #expect(password.contains("aria-describedby=\"password-error password-hint\""))
        #expect(!password.contains("value="))
        #expect(try !input("username", in: page).contains("autofocus"))
        #expect(text(page).contains("id=\"password-error\">Too short.</p>"))
    }

    @Test(
        "a fault of all fields, or of one that is not there, stands above the form",
        arguments: [nil, "next"])
    func formFault(field: String?) throws {
        let fault = FormFault(field: field, message: "Name or password is wrong.")
        let page = site.logIn(LogInForm(username: "alice", fault: fault))
        #expect(text(page).contains("role=\"alert\""))
        let password = try input("password", in: page)
        #expect(password.contains("aria-describedby=\"form-error\" autofocus"))
    }

    @Test("who has signed up without a session is told that the account is there")
    func signedUp() {
        let words = "Your account is there."
        #expect(text(site.logIn(LogInForm(hasSignedUp: true))).contains(words))
        #expect(!text(site.logIn(LogInForm())).contains(words))
        let address = LogInForm.address(afterSigningUp: "/bob/watchLive?a=1&b")
        #expect(address == "/login?done=signed-up&next=/bob/watchLive%3Fa%3D1%26b")
    }

    @Test("the way back survives going from one form to the other")
    func next() {
        let page = text(site.logIn(LogInForm(next: "/bob/watchLive?a=1&b")))
        #expect(page.contains("name=\"next\" value=\"/bob/watchLive?a=1&amp;b\""))
        #expect(page.contains("href=\"/signup?next=/bob/watchLive%3Fa%3D1%26b\""))
    }

    @Test("where nobody can sign up, no page offers it")
    func closed() {
        let site = WebSite(offersSignUp: false)
        for page in [
            site.logIn(LogInForm()), site.signUpIsClosed(), site.notFound(visitor: .anonymous),
            site.broadcast(visitor: .anonymous, requiresAccount: true),
            site.home(
                streams: [], origin: "https://a", nowMs: 0, visitor: .anonymous,
                requiresAccount: true),
        ] {
            #expect(!text(page).contains("/signup"))
        }
    }
}

@Suite struct VisitorTests {
    private let site = WebSite()

    private func watch(_ visitor: Visitor) -> String {
        String(
            decoding: site.watch(ChannelPreview(Face(name: "bob")), visitor: visitor).bytes,
            as: UTF8.self)
    }

    @Test("a page says who is signed in and lets them sign out without a script")
    func signedIn() {
        let page = watch(.signedIn(name: "alice"))
        #expect(page.contains("href=\"/account\"") && page.contains(">alice</span>"))
        #expect(page.contains("<form method=\"post\" action=\"/logout\">"))
        #expect(!page.contains("/login"))
    }

    @Test("who is not signed in is led back to the page after signing in")
    func anonymous() {
        let page = watch(.anonymous)
        #expect(page.contains("href=\"/login?next=/bob/watchLive\">Sign in"))
        #expect(page.contains("href=\"/signup?next=/bob/watchLive\">Sign up"))
    }

    @Test("when the accounts do not answer, nothing is claimed")
    func unknown() {
        let page = watch(.unknown)
        #expect(page.contains("Sign in") && !page.contains("Sign up"))
        #expect(!page.contains("/account\"") && !page.contains("/logout"))
    }

    @Test("one broadcasts by the name of the account where accounts are required")
    func broadcast() {
        let own = String(
            decoding: site.broadcast(
                visitor: .signedIn(name: "alice"), requiresAccount: true
            ).bytes, as: UTF8.self)
        #expect(own.contains("value=\"alice\" readonly"))
        let open = String(
            decoding: site.broadcast(
                visitor: .signedIn(name: "alice"), requiresAccount: false
            ).bytes, as: UTF8.self)
        #expect(!open.contains(" readonly"))
    }

    @Test("the first page shows how to publish in the way that works")
    func home() {
        for (requiresAccount, part) in [(true, "stream key"), (false, "id=\"command\"")] {
            let page = String(
                decoding: site.home(
                    streams: [], origin: "https://a:1", nowMs: 0, visitor: .unknown,
                    requiresAccount: requiresAccount
                ).bytes, as: UTF8.self)
            #expect(page.contains(part) && page.contains("https://a:1/"))
        }
    }
}
