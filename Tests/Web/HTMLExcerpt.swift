// Looks into pages as text.

enum HTMLExcerpt {
    /// What a browser calls the text of a code element, still escaped; nil when there is none.
    static func text(of id: String, in html: String) -> String? {
        let parts = html.split(separator: "<code id=\"\(id)\">", maxSplits: 1)
        guard parts.count == 2, let inner = parts[1].split(separator: "</code>", maxSplits: 1).first
        else { return nil }
        var text = ""
        var isTag = false
        for character in inner {
            if character == "<" { isTag = true }
            if !isTag { text.append(character) }
            if character == ">" { isTag = false }
        }
        return text
    }
}
