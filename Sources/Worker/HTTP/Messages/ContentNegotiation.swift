// What a client accepts, and what it has already: the parts of RFC 9110 that documents need.

package enum ContentCoding {
    /// Accept-Encoding (section 12.5.3). Without the field nothing is compressed, although that
    /// would be allowed: who does not ask for it may not understand it.
    package static func acceptsGzip(_ field: String?) -> Bool {
        guard let field else { return false }
        var acceptsOthers = false
        for element in field.split(separator: ",") {
            let parts = element.split(separator: ";").map(trimmed)
            guard let coding = parts.first?.lowercased() else { continue }
            let isRefused = parts.dropFirst().contains { isZeroWeight($0) }
            if coding == "gzip" || coding == "x-gzip" { return !isRefused }
            if coding == "*" { acceptsOthers = !isRefused }
        }
        return acceptsOthers
    }

    /// "q=0", "q=0.", "q=0.000"
    private static func isZeroWeight(_ parameter: Substring) -> Bool {
        let value = parameter.lowercased()
        return value.hasPrefix("q=0") && value.dropFirst(3).allSatisfy { $0 == "0" || $0 == "." }
    }
}

/// The field If-None-Match (section 13.1.2).
package struct EntityTags {
    private let field: String?

    package init(_ field: String?) {
        self.field = field
    }

    /// Weak comparison, as the field wants it. Our own tags have no comma in them.
    package func contain(_ tag: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").map(trimmed).contains { candidate in
            candidate == "*"
                || (candidate.hasPrefix("W/") ? candidate.dropFirst(2) : candidate) == tag
        }
    }
}

/// Without white space at its ends.
private func trimmed(_ text: Substring) -> Substring {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    var rest = text.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return rest
}
