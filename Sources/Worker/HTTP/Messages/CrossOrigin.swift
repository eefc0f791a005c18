// CORS (Fetch standard, section 3.2), in two kinds:
//
//   - What anyone may read (live media, the list of streams, their events), any page may read. These
//     routes look at no cookie and no key, so they give the same answer to everyone who can reach the
//     server, and `*` tells a page nothing that it could not fetch without its visitor. With `*`,
//     browsers withhold answers to requests with credentials anyway. A route whose answer comes to
//     depend on who asks must not use `publicHeaders`.
//   - Publishing is for pages of the origins that the operator has named, credentials included.
//
// Accounts and pages get neither.

package struct CrossOrigin {
    private let origins: Set<String>
    /// The fields of every response that anyone may read, unless a page of a named origin has asked.
    package let strangersHeaders: [HeaderField]

    package init(origins: [String]) {
        self.origins = Set(origins)
        let vary = origins.isEmpty ? [] : [HeaderField("vary", "origin")]
        strangersHeaders = vary + [HeaderField("access-control-allow-origin", "*")]
    }

    /// Whether the request comes from a page of a named origin.
    package func isNamed(_ request: Request) -> Bool {
        !origins.isEmpty && allowedOrigin(of: request) != nil
    }

    /// The fields of every response to a request that publishes. They include `vary` whenever the answer
    /// could differ.
    package func headers(for request: Request) -> [HeaderField] {
        guard !origins.isEmpty else { return [] }
        var fields = [HeaderField("vary", "origin")]
        if let origin = allowedOrigin(of: request) {
            fields.append(HeaderField("access-control-allow-origin", origin))
            fields.append(HeaderField("access-control-allow-credentials", "true"))
        }
        return fields
    }

    /// The fields of every response that anyone may read.
    package func publicHeaders(for request: Request) -> [HeaderField] {
        // Pages of the named origins may ask with credentials, for what they publish.
        isNamed(request) ? headers(for: request) : strangersHeaders
    }

    /// The additional fields of the answer to a preflight. `methods`: of the resource. `publicMethods`:
    /// those of them that any page may use.
    package func preflightHeaders(
        for request: Request, methods: [String], publicMethods: [String] = []
    ) -> [HeaderField] {
        if allowedOrigin(of: request) != nil {
            return headers(for: request)
                + permission(
                    methods, fields: "authorization, content-type, weir-chunk, weir-take-over")
        }
        let isPublic = request.header("access-control-request-method").map(publicMethods.contains)
        guard isPublic == true else { return headers(for: request) }
        return publicHeaders(for: request) + permission(publicMethods, fields: "*")
    }

    private func permission(_ methods: [String], fields: String) -> [HeaderField] {
        [
            HeaderField("access-control-allow-methods", methods.joined(separator: ", ")),
            HeaderField("access-control-allow-headers", fields),
            HeaderField("access-control-max-age", "7200"),
        ]
    }

    private func allowedOrigin(of request: Request) -> String? {
        request.header("origin").flatMap { origins.contains($0) ? $0 : nil }
    }
}
