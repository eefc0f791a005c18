// Errors as machine-readable documents: RFC 9457, media type application/problem+json.

/// One problem. `slug` names the kind for good; title and detail are for people.
package struct Problem: Sendable, Equatable {
    /// A value of an extension member.
    package enum Value: Sendable, Equatable {
        case text(String)
        case number(Int)
    }

    package let status: Int
    package let slug: String
    package let title: String
    package let detail: String?
    package let members: [(name: String, value: Value)]

    package init(
        status: Int, slug: String, title: String, detail: String? = nil,
        members: [(name: String, value: Value)] = []
    ) {
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.members = members
    }

    package static func == (left: Problem, right: Problem) -> Bool {
        left.status == right.status && left.body == right.body
    }

    /// The header fields of the response, content-length not among them.
    package var fields: [HeaderField] {
        [
            HeaderField("content-type", "application/problem+json"),
            HeaderField("cache-control", "no-store"),
        ]
    }

    /// The JSON document. The type is a relative reference (RFC 9457 section 3.1.1).
    package var body: [UInt8] {
        var json = "{\"type\":\"/problems/\(slug)\",\"title\":\(quoted(title)),\"status\":\(status)"
        if let detail { json += ",\"detail\":\(quoted(detail))" }
        for member in members {
            switch member.value {
            case .text(let text): json += ",\(quoted(member.name)):\(quoted(text))"
            case .number(let number): json += ",\(quoted(member.name)):\(number)"
            }
        }
        return Array((json + "}").utf8)
    }
}

extension Exchange {
    /// Answers with a problem, and `headers` in addition to the problem's own.
    package func respond(_ problem: Problem, headers: [HeaderField] = []) {
        respond(
            status: problem.status, headers: problem.fields + headers, body: .bytes(problem.body))
    }
}

/// A JSON string (RFC 8259 section 7).
private func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": json += "\\\""
        case "\\": json += "\\\\"
        case "\n": json += "\\n"
        case "\u{0}"..<"\u{20}":
            let digits = String(scalar.value, radix: 16)
            json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: json.unicodeScalars.append(scalar)
        }
    }
    return json + "\""
}

// MARK: This module's own problems

extension Problem {
    static let requestTimeout = Problem(
        status: 408, slug: "request-timeout", title: "The request's body did not arrive in time")
    static let targetTooLong = Problem(
        status: 414, slug: "target-too-long", title: "The request target is too long")
    static let headersTooLarge = Problem(
        status: 431, slug: "headers-too-large", title: "The request's header section is too large")
}
