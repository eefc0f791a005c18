// Whom a page is for, and what its header says about that.

package enum Visitor: Equatable, Sendable {
    /// The accounts do not answer: the page offers to sign in, and claims nothing.
    case unknown
    case anonymous
    /// `name` is a valid stream name.
    case signedIn(name: String)

    /// What stands at the end of the header. `next` is where signing in leads back to, a path on this
    /// server.
    func header(next: String?, offersSignUp: Bool, words: Words) -> String {
        let label = words.html("visitor.account")
        let signIn = words.html("visitor.header-sign-in")
        switch self {
        case .unknown:
            return """
                <nav class="site-account" aria-label="\(label)">
                  <a href="\(Self.address("/login", next: next))">\(signIn)</a>
                </nav>
                """
        case .anonymous:
            let signUp = Self.address("/signup", next: next)
            let offer =
                offersSignUp
                ? "\n  <a class=\"button\" href=\"\(signUp)\">"
                    + "\(words.html("visitor.sign-up"))</a>" : ""
            return """
                <nav class="site-account" aria-label="\(label)">
                  <a href="\(Self.address("/login", next: next))">\(signIn)</a>\(offer)
                </nav>
                """
        case .signedIn(let name):
            let initial = name.prefix(1).uppercased().htmlEscaped
            return """
                <div class="site-account">
                  <nav aria-label="\(label)">
                    <a class="site-user" href="/account" data-initial="\(initial)">
                      <span class="visually-hidden">\(words.html("visitor.your-account"))</span>
                      <span class="site-user-name">\(name.htmlEscaped)</span></a>
                  </nav>
                  <form method="post" action="/logout">
                    <button class="button button-quiet">\(words.html("visitor.sign-out"))</button>
                  </form>
                </div>
                """
        }
    }

    /// Nil when the visitor is not signed in, or that is not known.
    var name: String? {
        if case .signedIn(let name) = self { name } else { nil }
    }

    /// What comes before a stream key, as HTML.
    func firstStep(offersSignUp: Bool, words: Words) -> String {
        if let name {
            let values = ["name": name.htmlEscaped, "b": "<b>", "/b": "</b>"]
            return words.html("visitor.signed-in-as", values)
        }
        let signIn = "<a href=\"/login?next=/account\">"
        if !offersSignUp {
            return words.html("visitor.ask-for-account", ["link": signIn, "/link": "</a>"])
        }
        return words.html(
            "visitor.sign-up-or-in",
            [
                "up": "<a href=\"/signup?next=/account\">", "/up": "</a>", "in": signIn,
                "/in": "</a>",
            ])
    }

    /// A link to a form that leads on to `next`, ready for an attribute.
    static func address(_ path: String, next: String?) -> String {
        guard let next else { return path }
        return "\(path)?next=\(next.queryEscaped)".htmlEscaped
    }
}
