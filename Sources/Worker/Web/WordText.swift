// A text of the table of words: letters as they stand there, with named gaps: "{name} is live".

struct WordText: Sendable {
    enum Part: Equatable, Sendable {
        case text(String)
        case gap(String)
    }

    let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else {
                preconditionFailure("a gap is not closed: \(text)")
            }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(.gap(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The names of its gaps.
    var gaps: Set<String> {
        Set(parts.compactMap { if case .gap(let name) = $0 { name } else { nil } })
    }

    /// Every gap filled with a value.
    func filled(with values: [String: String]) -> String {
        parts.map { part in
            switch part {
            case .text(let text): return text
            case .gap(let name):
                guard let value = values[name] else {
                    preconditionFailure("nothing fills the gap \(name) of a text")
                }
                return value
            }
        }.joined()
    }

    /// The same as HTML: the values are HTML already.
    func html(with values: [String: String]) -> String {
        escaped.filled(with: values)
    }

    private var escaped: WordText { WordText(parts: parts.map(\.escaped)) }

    private init(parts: [Part]) { self.parts = parts }
}

extension WordText.Part {
    fileprivate var escaped: WordText.Part {
        if case .text(let text) = self { .text(text.htmlEscaped) } else { self }
    }
}
