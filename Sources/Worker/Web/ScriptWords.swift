// The words that a page's scripts say, as a module of its own that comes before them: those keys of the
// table that the scripts name. So a page loads what it says and nothing more, in one language.

import Text

struct ScriptWords {
    /// Where the module of a script is: "words/watch.de.js" for "watch/watch.js".
    static func path(for script: String, in language: String) -> String {
        "words/\(script.prefix { $0 != "/" }).\(language).js"
    }

    /// The module that has the words, once that of a script has given them to it.
    static let table = "common/words.js"

    private let words: Words

    init(_ words: Words) {
        self.words = words
    }

    /// - Parameter modules: the texts of the scripts.
    func module(for modules: [[UInt8]]) -> [UInt8] {
        var keys: Set<String> = []
        for module in modules { keys.formUnion(keysNamed(in: module)) }
        guard case .object(let members) = words.table else { return [] }
        let table = JSONValue.object(members.filter { keys.contains($0.name) })
        let module = "import { setWords } from '../\(Self.table)';\nsetWords(\(table.text));\n"
        return Array(module.utf8)
    }

    /// The keys that stand between single quotes.
    private func keysNamed(in script: [UInt8]) -> [String] {
        let quote = UInt8(ascii: "'")
        return script.split(separator: quote, omittingEmptySubsequences: false).compactMap { part in
            guard part.count < Self.longestKey, part.contains(UInt8(ascii: ".")) else { return nil }
            let key = String(decoding: part, as: UTF8.self)
            return words.has(key) ? key : nil
        }
    }

    private static let longestKey = 64
}
