// A page's text with named gaps: {{name}}. The words of a language are put in when the template is made:
//
// - {{word:KEY}} is the text of that key.
// - {{word:KEY|link=<a href="/">|/link=</a>}} fills gaps of that text with HTML. A gap that is not
//   filled becomes a gap of the template; `count=0` also chooses the form.
// - {{number:1.2}} is that number as the language writes it.

struct Template: Sendable {
    private enum Part: Sendable {
        case text(String)
        case gap(String)
    }

    private let parts: [Part]

    init(_ text: String, words: Words) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(ofPair: "{") {
            parts.append(.text(String(rest[..<open])))
            let name = rest[open...].dropFirst(2)
            guard let close = name.firstIndex(ofPair: "}") else {
                preconditionFailure("a gap of a template is not closed")
            }
            parts += Self.parts(of: name[..<close], words: words)
            rest = name[close...].dropFirst(2)
        }
        self.parts = parts + [.text(String(rest))]
    }

    private static func parts(of gap: Substring, words: Words) -> [Part] {
        if gap.hasPrefix("number:") {
            return [.text(String(gap.dropFirst(7)).replacing(".", with: words.numbers.decimal))]
        }
        guard gap.hasPrefix("word:") else { return [.gap(String(gap))] }
        let pieces = gap.dropFirst(5).split(separator: "|").map(String.init)
        let values = pieces.dropFirst().reduce(into: [String: String]()) { values, piece in
            let pair = piece.split(separator: "=", maxSplits: 1).map(String.init)
            values[pair[0]] = pair[1]
        }
        let text = words.text(pieces[0], count: values["count"].flatMap { Int($0) })
        return text.parts.map { part in
            switch part {
            case .text(let text): .text(text.htmlEscaped)
            case .gap(let name): values[name].map { .text($0) } ?? .gap(name)
            }
        }
    }

    /// The text with every gap filled. Values go in as they are: escape what is not HTML.
    func filled(with values: [String: String]) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .gap(let name):
                guard let value = values[name] else {
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
