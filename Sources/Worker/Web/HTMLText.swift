// Text that comes from outside, made harmless for HTML (WHATWG HTML, section 13.2.5: what would end
// text or a quoted attribute value).

extension String {
    /// For element content and for attribute values in quotes.
    var htmlEscaped: String {
        var text = ""
        for character in self {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.append(character)
            }
        }
        return text
    }
}
