// Whom a page is for, and what its header says about that.

package enum Visitor: Equatable, Sendable {
    /// The accounts do not answer: the page offers to sign in, and claims nothing.
    case unknown
    case anonymous
    /// `name` is a valid stream name.
    case signedIn(name: String)

    /// What stands at the end of the header. `next` is where signing in leads back to, a path on this
    /// server.
    func header(next: String?, offersSignUp: Bool) -> String {
        switch self {
        case .unknown:
            return """
                <nav class="site-account" aria-label="Account">
                  <a href="\(Self.address("/login", next: next))">Sign in</a>
                </nav>
                """
        case .anonymous:
            let signUp = Self.address("/signup", next: next)
            let offer =
                offersSignUp ? "\n  <a class=\"button\" href=\"\(signUp)\">Sign up</a>" : ""
            return """
                <nav class="site-account" aria-label="Account">
                  <a href="\(Self.address("/login", next: next))">Sign in</a>\(offer)
                </nav>
                """
        case .signedIn(let name):
            let initial = name.prefix(1).uppercased().htmlEscaped
            return """
                <div class="site-account">
                  <nav aria-label="Account">
                    <a class="site-user" href="/account" data-initial="\(initial)">
                      <span class="visually-hidden">Your account,</span>
                      <span class="site-user-name">\(name.htmlEscaped)</span></a>
                  </nav>
                  <form method="post" action="/logout">
                    <button class="button button-quiet">Sign out</button>
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
    func firstStep(offersSignUp: Bool) -> String {
        if let name { return "You are signed in as <b>\(name.htmlEscaped)</b>." }
        let signIn = "<a href=\"/login?next=/account\">sign in</a>"
        if !offersSignUp { return "Ask those who run this server for an account, and \(signIn)." }
        return "<a href=\"/signup?next=/account\">Sign up</a>, or \(signIn)."
    }

    /// A link to a form that leads on to `next`, ready for an attribute.
    static func address(_ path: String, next: String?) -> String {
        guard let next else { return path }
        return "\(path)?next=\(next.queryEscaped)".htmlEscaped
    }
}
