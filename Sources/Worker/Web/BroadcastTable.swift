// What an owner has broadcast: when, how long, how much, for how many.

struct BroadcastTable {
    let broadcasts: [AccountPage.Broadcast]
    let words: Words

    /// More than these are folded away.
    private static let shownAtOnce = 6

    var html: String {
        if broadcasts.isEmpty {
            return """
                <div class="empty">
                  <p>\(words.html("broadcasts.none"))</p>
                  <a class="button" href="/live">\(words.html("frame.go-live"))</a>
                </div>
                """
        }
        let newest = table(
            of: broadcasts.prefix(Self.shownAtOnce), caption: words.html("broadcasts.caption"))
        let older = broadcasts.dropFirst(Self.shownAtOnce)
        if older.isEmpty { return newest }
        return """
            \(newest)
            <details class="more">
              <summary>\(words("broadcasts.earlier", count: older.count).htmlEscaped)</summary>
              \(table(of: older, caption: words.html("broadcasts.caption-earlier")))
            </details>
            """
    }

    private func table(of some: ArraySlice<AccountPage.Broadcast>, caption: String) -> String {
        """
        <table class="broadcasts number">
          <caption class="visually-hidden">\(caption)</caption>
          <thead><tr>\(heads)</tr></thead>
          <tbody>
        \(some.map(row).joined(separator: "\n"))
          </tbody>
        </table>
        """
    }

    private var heads: String {
        [
            words.html("broadcasts.began"), words.html("broadcasts.length"),
            words.html("broadcasts.sent"), words.html("broadcasts.viewers"),
        ].map { "<th scope=\"col\">\($0)</th>" }.joined()
    }

    private func row(_ broadcast: AccountPage.Broadcast) -> String {
        let began = CalendarTime(ms: broadcast.startedAtMs).html(words, withTime: true)
        return """
                <tr><th scope="row">\(began)</th><td>\(Words.duration(ms: broadcast.durationMs))</td>
                  <td>\(words.bytes(broadcast.bytes).htmlEscaped)</td><td>\(broadcast.peakViewers)</td></tr>
            """
    }
}
