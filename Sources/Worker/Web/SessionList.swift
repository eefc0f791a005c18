// Where an owner is signed in, with a way to end it.

struct SessionList {
    let page: AccountPage
    let words: Words

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
        let program = BrowserWords.describe(userAgent: session.userAgent, words).htmlEscaped
        let end =
            session.isCurrent
            ? "<span class=\"tag tag-accent\">\(words.html("sessions.this-device"))</span>"
            : endForm(session, program: program)
        let since = CalendarTime(ms: session.createdAtMs).html(words, withTime: false)
        return """
              <li>
                <div>
                  <p class="session-program">\(program)</p>
                  <p class="small muted">\(seen(session).htmlEscaped)</p>
                  <p class="small muted">\(words.html("sessions.since", ["date": since]))</p>
                </div>
                \(end)
              </li>
            """
    }

    private func seen(_ session: AccountPage.Session) -> String {
        let address = session.address.isEmpty ? nil : session.address
        guard session.isCurrent else {
            let msAgo = page.nowMs - min(page.nowMs, session.lastSeenAtMs)
            return words.seen(msAgo: msAgo, from: address)
        }
        return address.map { words("sessions.now-from", ["address": $0]) } ?? words("sessions.now")
    }

    private func endForm(_ session: AccountPage.Session, program: String) -> String {
        let label = words.html(
            "sessions.end",
            [
                "program": program, "hidden": "<span class=\"visually-hidden\">",
                "/hidden": "</span>",
            ])
        return """
            <form method="post" action="/account/sessions/end">
                  <input type="hidden" name="session" value="\(session.id.htmlEscaped)">
                  <button class="button button-small">\(label)</button>
                </form>
            """
    }

    private var endOthers: String {
        guard page.sessions.contains(where: { !$0.isCurrent }) else { return "" }
        return """
            <form method="post" action="/account/sessions/end-others">
              <button class="button">\(words.html("sessions.end-others"))</button>
            </form>
            """
    }
}
