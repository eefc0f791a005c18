// Who watches, or waits for what comes, counts as a viewer of its client, up to a limit of the client's and one
// of the worker's.

import HTTP

extension ClientShare {
    /// Counts one more viewer; give it back with `giveBack(.viewers)`. A problem: there are too many.
    func takeViewer() -> Problem? {
        guard !take(.viewers) else { return nil }
        return hasItsShare(of: .viewers) ? .tooManyViewersOfClient : .tooManyViewers
    }
}

extension Problem {
    fileprivate static let tooManyViewers = Problem(
        status: 503, slug: "too-many-viewers", title: "The server is full",
        detail: "As many viewers are connected as this server takes. Try again later.",
        headers: [.retryAfter(seconds: 10)])

    fileprivate static let tooManyViewersOfClient = Problem(
        status: 429, slug: "too-many-viewers-of-client", title: "Too many viewers from one address",
        detail: "As many viewers are connected from there as one address may have.",
        headers: [.retryAfter(seconds: 10)])
}
