// Refusals that several rooms give because of a stream, or because there is none.

import HTTP

extension Problem {
    package static let unknownStream = Problem(
        status: 404, slug: "unknown-stream", title: "No stream has this name",
        detail: "Nobody has gone live under this name lately.")

    package static let unknownChannel = Problem(
        status: 404, slug: "unknown-channel", title: "There is no such channel",
        detail: "Nobody has an account of this name, so nobody can go live under it.")

    package static let notLive = Problem(
        status: 404, slug: "not-live", title: "The stream is not live",
        detail: "The broadcast has ended.")

    package static let invalidName = Problem(
        status: 400, slug: "invalid-name", title: "This cannot be the name of a stream",
        detail:
            "A name has 3 to 32 of the characters a-z, 0-9, _ and -, and begins with a letter or "
            + "a digit. Some words are reserved.")

    package static let shuttingDown = Problem(
        status: 503, slug: "shutting-down", title: "The server is restarting",
        detail: "Try again in a moment.", headers: [.retryAfter(seconds: 1)])
}
