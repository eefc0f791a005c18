// What an owner has broadcast: when, how long, how much, for how many.

struct BroadcastTable {
    let broadcasts: [AccountPage.Broadcast]

    /// More than these are folded away.
    private static let shownAtOnce = 6

    var html: String {
        if broadcasts.isEmpty {
            return """
                <div class="empty">
                  <p>Nothing yet. What you broadcast is listed here when it has ended.</p>
                  <a class="button" href="/live">Go live</a>
                </div>
                """
        }
        let newest = table(of: broadcasts.prefix(Self.shownAtOnce), caption: "Past broadcasts")
        let older = broadcasts.dropFirst(Self.shownAtOnce)
        if older.isEmpty { return newest }
        return """
            \(newest)
            <details class="more">
              <summary>\(Words.count(older.count, "earlier one", "earlier ones"))</summary>
              \(table(of: older, caption: "Earlier broadcasts"))
            </details>
            """
    }

    private func table(of some: ArraySlice<AccountPage.Broadcast>, caption: String) -> String {
        """
        <table class="broadcasts number">
          <caption class="visually-hidden">\(caption), the newest first; viewers are the most there were at once</caption>
          <thead><tr><th scope="col">Began</th><th scope="col">Length</th>
            <th scope="col">Sent</th><th scope="col">Viewers</th></tr></thead>
          <tbody>
        \(some.map(row).joined(separator: "\n"))
          </tbody>
        </table>
        """
    }

    private func row(_ broadcast: AccountPage.Broadcast) -> String {
        let began = CalendarTime(ms: broadcast.startedAtMs).html(withTime: true)
        return """
                <tr><th scope="row">\(began)</th><td>\(Words.duration(ms: broadcast.durationMs))</td>
                  <td>\(Words.bytes(broadcast.bytes))</td><td>\(broadcast.peakViewers)</td></tr>
            """
    }
}
