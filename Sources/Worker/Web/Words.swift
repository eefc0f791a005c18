// The words of the pages in one language: Words/LANGUAGE.json, the only place where they stand. What a
// page's scripts say comes from the same table (ScriptWords). docs/pages.md says how to add a language.
//
// A text has named gaps ("{name} is live"). Where a number decides about its form, there is a text for
// each form of the language, and the gap of the number is called `count`.

import Text

package struct Words: Sendable {
    private enum Entry: Sendable {
        case text(WordText)
        case counted([PluralForm: WordText])
    }

    /// BCP 47, in lower case: what `lang`, `Content-Language` and the file's name say.
    package let language: String
    /// In which direction it is written: what `dir` says, "ltr" or "rtl".
    let direction: String
    let numbers: NumberStyle
    private let rule: PluralRule
    private let entries: [String: Entry]
    /// The table as scripts get it.
    let table: JSONValue

    static let folder = "Words/"

    /// - Parameter table: the JSON text of a file of words.
    init(language: String, table bytes: [UInt8]) {
        guard let file = JSONValue(parsing: bytes), let about = file["language"],
            let table = file["words"], case .object(let members) = table,
            let direction = about["direction"]?.string
        else { preconditionFailure("the words of \(language) cannot be read") }
        self.language = language
        self.direction = direction
        self.table = table
        numbers = NumberStyle(about)
        rule = PluralRule(language: language)
        entries = Dictionary(uniqueKeysWithValues: members.map { ($0.name, Self.entry($0.value)) })
    }

    private static func entry(_ value: JSONValue) -> Entry {
        guard case .object(let forms) = value else { return .text(WordText(value.string ?? "")) }
        let texts = forms.compactMap { form in
            PluralForm(rawValue: form.name).map { ($0, WordText(form.value.string ?? "")) }
        }
        return .counted(Dictionary(uniqueKeysWithValues: texts))
    }

    /// The text of that key.
    package func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        text(key, count: nil).filled(with: values)
    }

    /// The text of that key in the form that goes with a number, which also fills the gap `count`.
    package func callAsFunction(
        _ key: String, count: Int, _ values: [String: String] = [:]
    ) -> String {
        text(key, count: count).filled(with: values.merging(["count": numbers.text(count)]) { $1 })
    }

    /// The text of that key as HTML, with values that are HTML already.
    func html(_ key: String, _ values: [String: String] = [:]) -> String {
        text(key, count: nil).html(with: values)
    }

    package func has(_ key: String) -> Bool { entries[key] != nil }

    /// `count` is nil for a text that no number decides about.
    func text(_ key: String, count: Int?) -> WordText {
        switch (entries[key], count) {
        case (.text(let text), nil): return text
        case (.counted(let texts), let count?):
            guard let text = texts[rule.form(count)] ?? texts[.other] else { break }
            return text
        default: break
        }
        preconditionFailure("there are no words \(key) in \(language)")
    }
}
