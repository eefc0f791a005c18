// The refusals of the routes themselves. Those of publishing are in PublishError.

import HTTP

extension Problem {
    static let notFound = Problem(
        status: 404, slug: "not-found", title: "There is nothing here",
        detail: "Streams are at /NAME/live, the list of them at /api/streams.")

    static let unknownStream = Problem(
        status: 404, slug: "unknown-stream", title: "No stream has this name",
        detail: "Nobody has gone live under this name lately.")

    static let unknownChannel = Problem(
        status: 404, slug: "unknown-channel", title: "There is no such channel",
        detail: "Nobody has an account of this name, so nobody can go live under it.")

    static let unreadableStream = Problem(
        status: 500, slug: "storage-failed", title: "The stream cannot be read",
        detail: "The server's storage failed. Its log says how.")

    static let notLive = Problem(
        status: 404, slug: "not-live", title: "The stream is not live",
        detail: "The broadcast has ended.")

    static let noPlaceToBegin = Problem(
        status: 503, slug: "no-place-to-begin", title: "The stream cannot be joined just now",
        detail:
            "It has had no key frame for longer than the server keeps of it. It can be joined as soon "
            + "as the next one comes.",
        headers: [.retryAfter(seconds: 5)])

    static let invalidName = Problem(
        status: 400, slug: "invalid-name", title: "This cannot be the name of a stream",
        detail:
            "A name has 3 to 32 of the characters a-z, 0-9, _ and -, and begins with a letter or "
            + "a digit. Some words are reserved.")

    static let invalidStart = Problem(
        status: 400, slug: "invalid-start", title: "The start cannot be understood",
        detail: "start is 0 or a negative number of seconds, for example ?start=-10.")

    static let badChunkNumber = Problem(
        status: 400, slug: "bad-chunk-number", title: "Weir-Chunk cannot be understood",
        detail:
            "It reads SESSION/N: up to 64 letters, digits, -, _ or ., then the chunk's number from 0."
    )

    static let notTheOwner = Problem(
        status: 403, slug: "not-the-owner", title: "This stream is not yours",
        detail: "Only its publisher can end a stream that is live.")

    static let tooManyViewers = Problem(
        status: 503, slug: "too-many-viewers", title: "The server is full",
        detail: "As many viewers are connected as this server takes. Try again later.",
        headers: [.retryAfter(seconds: 10)])

    static let tooManySubscribers = Problem(
        status: 503, slug: "too-many-subscribers", title: "The server is full",
        detail: "As many pages listen for events as this server takes. Try again later.",
        headers: [.retryAfter(seconds: 10)])

    static let tooManyViewersOfClient = Problem(
        status: 429, slug: "too-many-viewers-of-client", title: "Too many viewers from one address",
        detail: "As many viewers are connected from there as one address may have.",
        headers: [.retryAfter(seconds: 10)])

    static let tooManySubscribersOfClient = Problem(
        status: 429, slug: "too-many-subscribers-of-client",
        title: "Too many pages from one address",
        detail: "As many pages listen for events from there as one address may have.",
        headers: [.retryAfter(seconds: 10)])

    static func bodyTooLarge(limitBytes: Int) -> Problem {
        Problem(
            status: 413, slug: "body-too-large", title: "The body is too large",
            detail:
                "One body with a declared length may have \(limitBytes) bytes. Send several, or one "
                + "without a length.")
    }

    static func methodNotAllowed(allow methods: [String]) -> Problem {
        Problem(
            status: 405, slug: "method-not-allowed", title: "This method is not allowed here",
            detail: "Allowed: \(methods.joined(separator: ", ")).",
            headers: [HeaderField("allow", methods.joined(separator: ", "))])
    }
}

extension HeaderField {
    /// RFC 9110, section 10.2.3.
    static func retryAfter(seconds: Int) -> HeaderField {
        HeaderField("retry-after", "\(seconds)")
    }
}
