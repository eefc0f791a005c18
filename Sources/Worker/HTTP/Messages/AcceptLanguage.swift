// Which of a few languages a reader likes best: the field Accept-Language (RFC 9110, section 12.5.4),
// by the lookup of RFC 4647, section 3.4: "de-AT" is content with "de".
//
// Pure.

enum AcceptLanguage {
    /// People list a handful.
    private static let mostRanges = 32

    /// The index of the language that is wanted most, of those wanted equally the one named first; nil when
    /// none is wanted. `*` wants the first one. `languages` are in lower case.
    static func best(_ field: Span<UInt8>, among languages: [String]) -> Int? {
        var best: (index: Int, weight: Int)?
        var start = 0
        var ranges = 0
        while start < field.count, ranges < mostRanges {
            let end = field.firstIndex(of: UInt8(ascii: ","), from: start) ?? field.count
            let element = field.extracting(start..<end)
            let rangeEnd = element.firstIndex(of: UInt8(ascii: ";")) ?? element.count
            let range = element.extracting(element.trimmed(0..<rangeEnd))
            let weight = weight(element.extracting(rangeEnd..<element.count))
            if weight > best?.weight ?? 0, let index = index(of: range, among: languages) {
                best = (index, weight)
            }
            start = end + 1
            ranges += 1
        }
        return best?.index
    }

    /// The language that says the most of what the range says.
    private static func index(of range: Span<UInt8>, among languages: [String]) -> Int? {
        if range.equals("*") { return 0 }
        let fitting = languages.indices.filter { begins(range, with: languages[$0]) }
        return fitting.max { languages[$0].utf8.count < languages[$1].utf8.count }
    }

    /// Whether a range is a language, or that and something more after a hyphen.
    private static func begins(_ range: Span<UInt8>, with language: String) -> Bool {
        let name = Array(language.utf8)
        guard range.count >= name.count else { return false }
        for (index, byte) in name.enumerated() where range[index] != byte {
            let isUpperCase = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(range[index])
            guard isUpperCase, range[index] | 0x20 == byte else { return false }
        }
        return range.count == name.count || range[name.count] == UInt8(ascii: "-")
    }

    /// In thousandths; 0 for what makes no sense. `parameters` are empty or begin with a semicolon.
    private static func weight(_ parameters: Span<UInt8>) -> Int {
        guard parameters.count > 0 else { return 1_000 }
        let text = parameters.extracting(parameters.trimmed(1..<parameters.count))
        guard text.count > 2, text.extracting(0..<2).equalsIgnoringCase("q=") else { return 0 }
        var weight = 0
        var place = 1_000
        for index in 2..<text.count {
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                weight += Int(text[index] - UInt8(ascii: "0")) * place
                place /= 10
            case UInt8(ascii: ".") where index == 3: break
            default: return 0
            }
        }
        return min(weight, 1_000)
    }
}

extension Request {
    /// In which language to answer: the one that the query asks for (`lang=de`), or else the one that the
    /// reader's browser likes best, or else the first.
    ///
    /// - Parameter languages: what there is, in lower case.
    package func language(among languages: [String]) -> String {
        if let asked = askedLanguage(among: languages) { return asked }
        let best = withHeader("accept-language") { AcceptLanguage.best($0, among: languages) }
        return languages[(best ?? nil) ?? 0]
    }

    private func askedLanguage(among languages: [String]) -> String? {
        guard withQuery({ $0.count > 0 }) else { return nil }
        let asked = URLEncodedFields.read(query.utf8)?["lang"]?.lowercased()
        return asked.flatMap { languages.contains($0) ? $0 : nil }
    }
}
