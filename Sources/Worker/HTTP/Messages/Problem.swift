// Errors as machine-readable documents: RFC 9457, media type application/problem+json.

import Text

/// One problem. `slug` names the kind and never changes; title and detail are for people.
package struct Problem: Error, Sendable, Equatable {
    package let status: Int
    package let slug: String
    package let title: String
    package let detail: String?
    /// Extension members of the document.
    package let members: [JSONMember]
    /// Fields of the response that belong to this problem: allow, retry-after.
    package let headers: [HeaderField]
    /// What has led to it, for the log of the server. Clients are not told.
    package let cause: String?

    package init(
        status: Int, slug: String, title: String, detail: String? = nil,
        members: [JSONMember] = [], headers: [HeaderField] = [], cause: String? = nil
    ) {
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.members = members
        self.headers = headers
        self.cause = cause
    }

    /// The header fields of the response, without content-length.
    package var fields: [HeaderField] {
        [
            HeaderField("content-type", "application/problem+json"),
            HeaderField("cache-control", "no-store"),
        ] + headers
    }

    /// The JSON document. The type is a relative reference (RFC 9457 section 3.1.1).
    /// - Parameter requestID: nil for something that never became a request.
    package func body(requestID: String?) -> [UInt8] {
        var document = [
            JSONMember("type", .string("/problems/\(slug)")), JSONMember("title", .string(title)),
            JSONMember("status", .integer(Int64(status))),
        ]
        if let detail { document.append(JSONMember("detail", .string(detail))) }
        if let requestID { document.append(JSONMember("requestId", .string(requestID))) }
        return Array(JSONValue.object(document + members).text.utf8)
    }
}

extension Exchange {
    /// Answers with a problem, and `headers` in addition to the problem's own.
    package func respond(_ problem: Problem, headers: [HeaderField] = []) {
        respond(
            status: problem.status, headers: problem.fields + headers,
            body: .bytes(problem.body(requestID: requestID)))
    }
}

// MARK: This module's own problems

extension Problem {
    package static let requestTimeout = Problem(
        status: 408, slug: "request-timeout", title: "The request did not arrive in time")
    static let tooManyUnreadBytes = Problem(
        status: 503, slug: "too-many-unread-bytes",
        title: "Take what you have asked for before you ask for more",
        headers: [HeaderField("retry-after", "1")])
    static let tooManyResets = Problem(
        status: 429, slug: "too-many-resets", title: "Too many requests were given up",
        detail: "A client has reset many requests within seconds; a proxy says it was this one.",
        headers: [.retryAfter(seconds: 1)])
    package static let plaintext = Problem(
        status: 400, slug: "plaintext", title: "This port speaks HTTPS",
        detail: "Use an address that begins with https://.")
    static let targetTooLong = Problem(
        status: 414, slug: "target-too-long", title: "The request target is too long")
    static let headersTooLarge = Problem(
        status: 431, slug: "headers-too-large", title: "The request's header section is too large")
}

extension Problem {
}

extension HeaderField {
    /// RFC 9110, section 10.2.3.
    package static func retryAfter(seconds: Int) -> HeaderField {
        HeaderField("retry-after", "\(seconds)")
    }
}
