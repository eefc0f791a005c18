// Where an owner is signed in, with a way to end it.

struct SessionList {
    let page: AccountPage

    var html: String {
        let items = page.sessions.map(item).joined(separator: "\n")
        return """
            <ul class="sessions">
            \(items)
            </ul>
            \(endOthers)
            """
    }

    private func item(_ session: AccountPage.Session) -> String {
        let program = BrowserWords.describe(userAgent: session.userAgent).htmlEscaped
        let seen = Words.seen(msAgo: page.nowMs - min(page.nowMs, session.lastSeenAtMs))
        let from = session.address.isEmpty ? "" : ", from \(session.address.htmlEscaped)"
        let end =
            session.isCurrent
            ? "<span class=\"tag tag-accent\">This device</span>"
            : endForm(session, program: program)
        let since = CalendarTime(ms: session.createdAtMs).html(withTime: false)
        return """
              <li>
                <div>
                  <p class="session-program">\(program)</p>
                  <p class="small muted">\(session.isCurrent ? "in use now" : seen)\(from)</p>
                  <p class="small muted">signed in on \(since)</p>
                </div>
                \(end)
              </li>
            """
    }

    private func endForm(_ session: AccountPage.Session, program: String) -> String {
        """
        <form method="post" action="/account/sessions/end">
              <input type="hidden" name="session" value="\(session.id.htmlEscaped)">
              <button class="button button-small">Sign out<span class="visually-hidden">
                \(program)</span></button>
            </form>
        """
    }

    private var endOthers: String {
        guard page.sessions.contains(where: { !$0.isCurrent }) else { return "" }
        return """
            <form method="post" action="/account/sessions/end-others">
              <button class="button">Sign out everywhere else</button>
            </form>
            """
    }
}
