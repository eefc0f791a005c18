// `GET /api/time`: the server's clock, for players of DASH (ISO/IEC 23009-1, section 5.8.4.11; DASH-IF IOP
// version 5, part 4, 9.X.4.2). They would otherwise ask somebody else's, or trust that of their machine.

import HTTP
import Text

package struct ClockRoute {
    private let wallMs: () -> UInt64

    /// - Parameter wallMs: the time in Unix milliseconds.
    package init(wallMs: @escaping () -> UInt64) {
        self.wallMs = wallMs
    }

    package var routes: [Route] {
        [Route("time", "/api/time", readers: .everyPage, [.get: answer])]
    }

    private func answer(_ exchange: Exchange) {
        exchange.respond(
            status: 200,
            headers: [
                HeaderField("content-type", "text/plain; charset=utf-8"),
                HeaderField("cache-control", "no-store"),
            ] + PackagedRoutes.fields,
            body: .bytes(Array(Timestamp.rfc3339(ms: wallMs()).utf8)))
    }
}
