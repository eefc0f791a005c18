// Refusals of publish requests before the request has a place in line. Later ones are in PublishError.

import HTTP

extension Problem {
    static let badChunkNumber = Problem(
        status: 400, slug: "bad-chunk-number", title: "Weir-Chunk cannot be understood",
        detail:
            "It reads SESSION/N: up to 64 letters, digits, -, _ or ., then the chunk's number from 0."
    )

    static let notTheOwner = Problem(
        status: 403, slug: "not-the-owner", title: "This stream is not yours",
        detail: "Only its publisher can end a stream that is live.")

    static func bodyTooLarge(limitBytes: Int) -> Problem {
        Problem(
            status: 413, slug: "body-too-large", title: "The body is too large",
            detail:
                "One body with a declared length may have \(limitBytes) bytes. Send several, or one "
                + "without a length.")
    }
}
