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
        var fields = [HeaderField(name: "vary", value: "origin")]
        if let origin = allowedOrigin(of: request) {
            fields.append(HeaderField(name: "access-control-allow-origin", value: origin))
            fields.append(HeaderField(name: "access-control-allow-credentials", value: "true"))
        }
        return fields
    }

    /// What a preflight is told in addition.
    func preflightHeaders(for request: Request, methods: [String]) -> [HeaderField] {
        guard allowedOrigin(of: request) != nil else { return headers(for: request) }
        return headers(for: request) + [
            HeaderField(name: "access-control-allow-methods", value: methods.joined(separator: ", ")),
            HeaderField(
                name: "access-control-allow-headers",
                value: "authorization, content-type, weir-chunk, weir-take-over"),
            HeaderField(name: "access-control-max-age", value: "7200"),
        ]
    }

    private func allowedOrigin(of request: Request) -> String? {
        request.header("origin").flatMap { origins.contains($0) ? $0 : nil }
    }
}
