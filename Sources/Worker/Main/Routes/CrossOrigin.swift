// CORS (Fetch standard, section 3.2): pages of the origins the operator has named may publish and
// watch from a browser. Nothing is allowed for any other origin.

import HTTP

struct CrossOrigin {
    private let origins: Set<String>

    init(origins: [String]) {
        self.origins = Set(origins)
    }

    /// What every response to this request carries. `vary` goes out whenever the answer could differ.
    func headers(for request: Request) -> [HeaderField] {
        guard !origins.isEmpty else { return [] }
        var fields = [HeaderField("vary", "origin")]
        if let origin = allowedOrigin(of: request) {
            fields.append(HeaderField("access-control-allow-origin", origin))
            fields.append(HeaderField("access-control-allow-credentials", "true"))
        }
        return fields
    }

    /// What a preflight is told in addition.
    func preflightHeaders(for request: Request, methods: [String]) -> [HeaderField] {
        guard allowedOrigin(of: request) != nil else { return headers(for: request) }
        return headers(for: request) + [
            HeaderField("access-control-allow-methods", methods.joined(separator: ", ")),
            HeaderField(
                "access-control-allow-headers",
                "authorization, content-type, weir-chunk, weir-take-over"),
            HeaderField("access-control-max-age", "7200"),
        ]
    }

    private func allowedOrigin(of request: Request) -> String? {
        request.header("origin").flatMap { origins.contains($0) ? $0 : nil }
    }
}
