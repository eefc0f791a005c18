// A command as a page shows it: it breaks between options, and is one line all the same when it is copied.

enum ShellLine {
    /// A command whose options stay together with their values where lines break. As text, it is the
    /// command itself.
    static func html(_ command: String) -> String {
        var words: [Substring] = []
        for word in command.split(separator: " ") {
            let begins = word.hasPrefix("-") || word.hasPrefix("https:") || word == "|"
            if begins || words.isEmpty {
                words.append(word)
            } else {
                words[words.count - 1] = command[words[words.count - 1].startIndex..<word.endIndex]
            }
        }
        return words.map { "<span class=\"word\">\(String($0).htmlEscaped)</span>" }
            .joined(separator: " ")
    }
}
