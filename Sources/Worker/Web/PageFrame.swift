// What stands around a page besides its own content: where one can go from there, and what is said at its
// end. Everything else of the frame is in Pages/layout.html. Pure.

struct PageFrame {
    /// Of the header: links, and who is here.
    let ways: String
    let footer: String
    /// Attributes of the body.
    let state: String

    var values: [String: String] { ["ways": ways, "footer": footer, "state": state] }

    /// Of a page for everybody.
    static func forVisitor(_ header: String, words: Words) -> PageFrame {
        PageFrame(
            ways: """
                  <nav class="site-nav" aria-label="\(words.html("frame.pages"))">
                    <a href="/">\(words.html("frame.live-now"))</a>
                    <a href="/live">\(words.html("frame.go-live"))</a>
                  </nav>
                \(header)
                """,
            footer: "  <p>\(words.html("frame.footer"))</p>",
            state: "")
    }

    /// Of the operators' page, whose script says more about its state later.
    static let forOperators = PageFrame(
        ways: "  <p class=\"muted\">For operators</p>",
        footer: """
              <p>Also here: <a href="/status">/status</a>, <a href="/metrics">/metrics</a>,
                <a href="/readyz">/readyz</a>.</p>
            """,
        state: " data-state=\"loading\"")
}
