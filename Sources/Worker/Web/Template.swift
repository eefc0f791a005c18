// A page's text with named gaps: {{name}}.

struct Template: Sendable {
    private enum Part: Sendable {
        case text(Substring)
        case gap(Substring)
    }

    private let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(ofPair: "{") {
            parts.append(.text(rest[..<open]))
            let name = rest[open...].dropFirst(2)
            guard let close = name.firstIndex(ofPair: "}") else {
                preconditionFailure("a gap of a template is not closed")
            }
            parts.append(.gap(name[..<close]))
            rest = name[close...].dropFirst(2)
        }
        self.parts = parts + [.text(rest)]
    }

    /// The text with every gap filled. Values go in as they are: escape what is not HTML.
    func filled(with values: [String: String]) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .gap(let name):
                guard let value = values[String(name)] else {
                    preconditionFailure("nothing fills the gap \(name) of a template")
                }
                text += value
            }
        }
        return text
    }
}

extension Substring {
    fileprivate func firstIndex(ofPair character: Character) -> Index? {
        indices.first { self[$0] == character && self[$0...].dropFirst().first == character }
    }
}
