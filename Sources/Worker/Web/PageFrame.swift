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
    static func forVisitor(_ header: String) -> PageFrame {
        PageFrame(
            ways: """
                  <nav class="site-nav" aria-label="Pages">
                    <a href="/">Live now</a>
                    <a href="/live">Go live</a>
                  </nav>
                \(header)
                """,
            footer: "  <p>Served by Weir. Nothing on this page comes from anywhere else.</p>",
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
